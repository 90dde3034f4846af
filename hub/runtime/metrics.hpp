// Metrics behind one own header: named counters and gauges, rendered in the Prometheus text format.
// Thread-safe.
#pragma once

#include <memory>
#include <string>

namespace prometheus {
class Counter;
class Gauge;
class Histogram;
class Registry;
}  // namespace prometheus

namespace runtime {

class Metrics {
public:
    Metrics();
    ~Metrics();
    std::string text() const;

    prometheus::Registry& registry() { return *registry_; }

    struct Counters;
    Counters& counters() { return *counters_; }

private:
    std::shared_ptr<prometheus::Registry> registry_;
    std::unique_ptr<Counters> counters_;
};

// What the hub counts. One named method per fact keeps the library out of every other file.
struct Metrics::Counters {
    explicit Counters(prometheus::Registry& registry);
    void inbound_committed();
    void inbound_refused();
    void event_committed(double count);
    void command_answered();
    void delivery(const std::string& state);
    void sockets(double now_open);
    void socket_overflow();
    void http_answer(unsigned status);
    void desk_waiting(double commands);

private:
    prometheus::Registry& registry_;
    prometheus::Counter& inbound_committed_;
    prometheus::Counter& inbound_refused_;
    prometheus::Counter& events_committed_;
    prometheus::Counter& commands_answered_;
    prometheus::Counter& socket_overflows_;
    prometheus::Gauge& sockets_;
    prometheus::Gauge& desk_waiting_;
};

}  // namespace runtime
