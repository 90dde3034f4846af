#include "hub/runtime/metrics.hpp"

#include <prometheus/counter.h>
#include <prometheus/gauge.h>
#include <prometheus/registry.h>
#include <prometheus/text_serializer.h>

#include <sstream>

namespace runtime {
namespace {

prometheus::Counter& counter(prometheus::Registry& registry, const char* name, const char* help,
                             const std::map<std::string, std::string>& labels = {}) {
    return prometheus::BuildCounter().Name(name).Help(help).Register(registry).Add(labels);
}

prometheus::Gauge& gauge(prometheus::Registry& registry, const char* name, const char* help) {
    return prometheus::BuildGauge().Name(name).Help(help).Register(registry).Add({});
}

}  // namespace

Metrics::Metrics()
    : registry_(
          std::make_shared<prometheus::Registry>(prometheus::Registry::InsertBehavior::Merge)),
      counters_(std::make_unique<Counters>(*registry_)) {}

Metrics::~Metrics() = default;

std::string Metrics::text() const {
    std::ostringstream out;
    prometheus::TextSerializer().Serialize(out, registry_->Collect());
    return out.str();
}

Metrics::Counters::Counters(prometheus::Registry& registry)
    : registry_(registry),
      inbound_committed_(
          counter(registry, "sportello_inbound_committed_total", "Inbound items made durable")),
      inbound_refused_(counter(registry, "sportello_inbound_refused_total",
                               "Inbound items sent away to come back")),
      events_committed_(counter(registry, "sportello_events_committed_total", "Events in the log")),
      commands_answered_(
          counter(registry, "sportello_commands_answered_total", "Commands answered")),
      socket_overflows_(
          counter(registry, "sportello_socket_overflows_total", "Sockets closed with 4408")),
      sockets_(gauge(registry, "sportello_sockets_open", "Open websockets")),
      desk_waiting_(gauge(registry, "sportello_desk_waiting", "Commands that wait for the desk")) {}

void Metrics::Counters::inbound_committed() {
    inbound_committed_.Increment();
}
void Metrics::Counters::inbound_refused() {
    inbound_refused_.Increment();
}
void Metrics::Counters::event_committed(double count) {
    events_committed_.Increment(count);
}
void Metrics::Counters::command_answered() {
    commands_answered_.Increment();
}
void Metrics::Counters::socket_overflow() {
    socket_overflows_.Increment();
}
void Metrics::Counters::sockets(double now_open) {
    sockets_.Set(now_open);
}
void Metrics::Counters::desk_waiting(double commands) {
    desk_waiting_.Set(commands);
}
void Metrics::Counters::delivery(const std::string& state) {
    counter(registry_, "sportello_deliveries_total", "Deliveries by outcome", {{"state", state}})
        .Increment();
}
void Metrics::Counters::http_answer(unsigned status) {
    counter(registry_, "sportello_http_answers_total", "HTTP answers by class",
            {{"class", std::to_string(status / 100) + "xx"}})
        .Increment();
}

}  // namespace runtime
