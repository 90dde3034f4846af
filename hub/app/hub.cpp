#include "hub/app/hub.hpp"

#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>
#include <future>
#include <iostream>
#include <thread>

#include "hub/api/api.hpp"
#include "hub/app/data_lock.hpp"
#include "hub/app/demo_seed.hpp"
#include "hub/app/relay.hpp"
#include "hub/app/settings.hpp"
#include "hub/app/welcome.hpp"
#include "hub/flow/flow.hpp"
#include "hub/flow/mail_road.hpp"
#include "hub/flow/mailboxes.hpp"
#include "hub/runtime/entropy.hpp"
#include "hub/runtime/runtime.hpp"

#ifndef SPORTELLO_CONSOLE_FOLDER
#define SPORTELLO_CONSOLE_FOLDER "console/dist"
#endif

namespace app {
namespace {

using boost::asio::ip::tcp;
constexpr std::chrono::seconds mark_every{15};  // SY-03
constexpr std::chrono::seconds drain_max{10};

std::unique_ptr<storage::Store> open_store(const config::Config& config) {
    storage::SqliteOptions options;
    options.folder = config.data;
    options.commit_batches_max = config.commit_batches_max;
    options.blob_inline_bytes_max = config.blob_inline_bytes_max;
    return storage::open_sqlite(options);
}

// The parts in the order in which they start; destroyed in reverse.
class Hub {
public:
    explicit Hub(const Options& options)
        : options_(options),
          config_(options.config),
          store_(prepared_store()),
          files_(options.console_folder.empty() ? SPORTELLO_CONSOLE_FOLDER
                                                : options.console_folder),
          feed_(start_loops()),
          runner_(runner_world(), {config_.commands_waiting_max}),
          intake_(desk_, runner_, metrics_),
          sender_(courier_.context(), relay_of(config_, relay_world()), config_.host_name),
          road_(intake_, *store_, parser_, courier_, sender_,
                {config_.mails_parsing_max, {}, secret_}),
          mailboxes_(mailboxes_world()),
          outbox_(outbox_world(), flow::RetryPolicy{}),
          indexer_(*store_),
          wake_(desk_.context()),
          outbox_wake_(desk_.context()),
          mark_(desk_.context()) {}

    ~Hub() { stop(); }

    // Throws std::runtime_error when a door cannot be opened.
    void start() {
        connectors::email::start_mime();
        start_desk();
        indexer_.look();
        start_doors();
    }

    void run();

private:
    RelayWorld relay_world() { return {*store_, courier_, clock_, secret_}; }
    std::unique_ptr<storage::Store> prepared_store() {
        lock_.emplace(config_.data);
        secret_ = installation_secret(config_.data);
        auto store = open_store(config_);
        set_up(*store, config_.data, options_.demo);
        return store;
    }

    std::vector<runtime::Loop*> start_loops() {
        const std::size_t count = config_.net_loops != 0
                                      ? config_.net_loops
                                      : std::max(1U, std::thread::hardware_concurrency());
        for (std::size_t i = 0; i < count; ++i)
            net_.push_back(std::make_unique<runtime::Loop>("net-" + std::to_string(i)));
        return net_loops();
    }

    std::vector<runtime::Loop*> net_loops() const {
        std::vector<runtime::Loop*> loops;
        loops.reserve(net_.size());
        for (const auto& loop : net_) loops.push_back(loop.get());
        return loops;
    }

    flow::DeskRunner::World runner_world();
    flow::Outbox::World outbox_world();
    flow::Mailboxes::World mailboxes_world();
    void start_desk();
    void start_doors();
    void start_mail_door(connectors::email::MailProtocol protocol, const std::string& address,
                         const std::string& key);
    std::vector<api::Health> health() const;
    void mark_again();
    void reload();
    void drain();
    void stop();
    void print_welcome() const;

    Options options_;
    config::Config config_;
    runtime::SystemClock clock_;
    runtime::Metrics metrics_;
    std::optional<DataLock> lock_;
    std::string secret_;
    std::unique_ptr<storage::Store> store_;
    api::StaticFiles files_;
    // Loops stop before what they run is destroyed: see drain().
    runtime::Loop desk_{"desk"};
    runtime::Loop parser_{"parser"};
    runtime::Loop courier_{"courier"};
    runtime::Loop worker_{"worker"};
    std::vector<std::unique_ptr<runtime::Loop>> net_;
    feed::Feed feed_;
    flow::DeskRunner runner_;
    flow::Intake intake_;
    connectors::email::MailSender sender_;
    flow::MailRoad road_;
    flow::Mailboxes mailboxes_;
    flow::Outbox outbox_;
    flow::Indexer indexer_;
    boost::asio::steady_timer wake_;
    boost::asio::steady_timer outbox_wake_;
    boost::asio::steady_timer mark_;
    std::unique_ptr<api::Gateway> gateway_;
    std::unique_ptr<api::HttpListener> http_;
    std::vector<std::unique_ptr<connectors::email::MailListener>> mail_;
    std::atomic<bool> store_well_ = true;
    std::atomic<bool> relay_configured_ = false;
};

flow::DeskRunner::World Hub::runner_world() {
    return {
        .store = *store_,
        .clock = clock_,
        .post = [this](std::function<void()> work) { desk_.post(std::move(work)); },
        .set_timer =
            [this](std::optional<model::Instant> at) {
                wake_.cancel();
                if (!at) return;
                wake_.expires_after(std::max(std::chrono::microseconds{0}, *at - clock_.now()));
                wake_.async_wait([this](boost::system::error_code error) {
                    if (!error) runner_.tick();
                });
            },
        .tell =
            [this](feed::ItemPtr item) {
                metrics_.counters().event_committed(1);
                feed_.publish(std::move(item));
            },
        .told =
            [this] {
                store_well_ = true;
                feed_.flush();
                indexer_.look();
            },
        .outbox_changed = [this] { outbox_.look(); },
        .config_changed =
            [this](const desk::State& state) {
                intake_.set_directory(state);
                mailboxes_.look();
            },
        .trouble =
            [this](const std::string& why) {
                store_well_ = false;
                runtime::log::error(
                    "store.append_failed",
                    {{"why", why}, {"then", "the workspace is restored from the store"}});
            },
    };
}

flow::Outbox::World Hub::outbox_world() {
    return {
        .store = *store_,
        .clock = clock_,
        .runner = runner_,
        .post = [this](std::function<void()> work) { desk_.post(std::move(work)); },
        .deliver =
            [this](connectors::Outbound outbound, std::function<void(connectors::Outcome)> done) {
                road_.send(std::move(outbound), [this, done = std::move(done)](
                                                    connectors::Outcome outcome) {
                    metrics_.counters().delivery(
                        outcome.kind == connectors::OutcomeKind::sent ? "sent" : "not_sent");
                    done(std::move(outcome));
                });
            },
        .can_send = [this] { return relay_configured_.load(); },
        .set_timer =
            [this](model::Instant at) {
                outbox_wake_.cancel();
                outbox_wake_.expires_after(
                    std::max(std::chrono::microseconds{0}, at - clock_.now()));
                outbox_wake_.async_wait([this](boost::system::error_code error) {
                    if (!error) outbox_.look();
                });
            },
        .jitter =
            [] {
                return static_cast<double>(
                           static_cast<unsigned char>(runtime::random_bytes(1)[0])) /
                       256.0;
            },
    };
}

flow::Mailboxes::World Hub::mailboxes_world() {
    return {.intake = intake_,
            .road = road_,
            .store = *store_,
            .loop = courier_,
            .clock = clock_,
            .secret = secret_,
            .ca_file = config_.ca_file,
            .limits = {.mail_bytes_max = config_.message_bytes_max},
            .observe = [](const flow::MailboxStatus& status) {
                runtime::log::info("mailbox.state",
                                   {{"inbox", status.name},
                                    {"state", std::string{flow::word(status.health.state)}},
                                    {"why", status.health.detail}});
            }};
}

void Hub::start_desk() {
    relay_configured_ = !config_.relay.empty();
    std::promise<void> ready;
    desk_.post([this, &ready] {
        runner_.start([this, &ready] {
            outbox_.look_at_all();
            mark_again();
            // No console survives a restart: each has its grace to come back (R20).
            for (const auto& [id, agent] : runner_.state().agent_states)
                if (agent.connected)
                    runner_.submit(model::SetConnected{id, false}, [](const model::Answer&) {});
            ready.set_value();
        });
    });
    ready.get_future().wait();
}

std::vector<api::Health> Hub::health() const {
    std::vector<api::Health> parts{
        {"store", store_well_, store_well_ ? "" : "the last append failed"},
        {"relay", true, relay_configured_ ? "" : "sending mail is not configured"}};
    for (const flow::MailboxStatus& mailbox : mailboxes_.status())
        parts.push_back(
            {"mailbox " + mailbox.name, flow::is_well(mailbox), mailbox.health.detail, false});
    return parts;
}

void Hub::mark_again() {
    mark_.expires_after(mark_every);
    mark_.async_wait([this](boost::system::error_code error) {
        if (error) return;
        feed_.mark(clock_.now());
        mark_again();
    });
}

void Hub::start_doors() {
    gateway_.reset(new api::Gateway{.store = *store_,
                                    .intake = intake_,
                                    .road = road_,
                                    .feed = feed_,
                                    .clock = clock_,
                                    .metrics = metrics_,
                                    .worker = worker_,
                                    .files = files_,
                                    .settings = settings_of(config_),
                                    .secret = secret_,
                                    .epoch = epoch_of(*store_),
                                    .host_name = config_.host_name,
                                    .health = [this] { return health(); },
                                    .mailboxes = [this] { return mailboxes_.status(); }});
    http_ = std::make_unique<api::HttpListener>(*gateway_, net_loops(),
                                                endpoint_of(config_.http, "--http"));
    if (!config_.smtp.empty())
        start_mail_door(connectors::email::MailProtocol::smtp, config_.smtp, "--smtp");
    if (!config_.lmtp.empty())
        start_mail_door(connectors::email::MailProtocol::lmtp, config_.lmtp, "--lmtp");
}

void Hub::start_mail_door(connectors::email::MailProtocol protocol, const std::string& address,
                          const std::string& key) {
    runtime::Loop& loop = *net_[mail_.size() % net_.size()];
    connectors::email::MailListener::Options options;
    options.protocol = protocol;
    options.endpoint = endpoint_of(address, key);
    options.host_name = config_.host_name;
    options.limits.message_bytes_max = config_.message_bytes_max;
    options.limits.recipients_max = config_.recipients_max;
    options.limits.connections_max = config_.mail_connections_max;
    options.limits.command_seconds_max = static_cast<unsigned>(config_.command_seconds_max);
    options.limits.data_seconds_max = static_cast<unsigned>(config_.data_seconds_max);
    options.tls = tls_of(config_);
    mail_.push_back(std::make_unique<connectors::email::MailListener>(
        loop.context(), std::move(options), road_.sink(loop, [](const std::string& what) {
            runtime::log::info("mail.door", {{"what", what}});
        })));
}

void Hub::print_welcome() const {
    std::vector<tcp::endpoint> mail;
    mail.reserve(mail_.size());
    for (const auto& listener : mail_) mail.push_back(listener->endpoint());
    std::cout << welcome(config_, *intake_.directory(), http_->endpoint(), mail) << std::endl;
}

void Hub::run() {
    boost::asio::io_context signals_context;
    boost::asio::signal_set signals(signals_context, SIGTERM, SIGINT, SIGHUP);
    std::function<void(boost::system::error_code, int)> on_signal =
        [&](boost::system::error_code error, int number) {
            if (error) return;
            if (number != SIGHUP) return drain();
            reload();
            signals.async_wait(on_signal);
        };
    signals.async_wait(on_signal);
    print_welcome();
    runtime::log::info("hub.started", {{"http", config_.http}, {"data", config_.data}});
    signals_context.run();
}

void Hub::reload() {
    try {
        if (!options_.config_file.empty()) {
            take_relay(config_, config::load(options_.config_file));
        }
        courier_.post(
            [this, config = config_] { sender_.set_relay(relay_of(config, relay_world())); });
        relay_configured_ = !config_.relay.empty();
        desk_.post([this] { outbox_.look_at_all(); });
        runtime::log::info("hub.reloaded",
                           {{"relay", config_.relay.empty() ? "none" : config_.relay}});
    } catch (const std::exception& error) {
        runtime::log::error("hub.reload_failed",
                            {{"why", error.what()}, {"then", "the old configuration stays"}});
    }
}

// Doors first, then what is under way, then the loops. What was acknowledged is committed already;
// what was not will be sent again by whoever sent it.
void Hub::drain() {
    runtime::log::info("hub.draining");
    gateway_->draining = true;
    net_[0]->post([this] { http_->stop(); });
    for (std::size_t i = 0; i < mail_.size(); ++i)
        net_[i % net_.size()]->post([listener = mail_[i].get()] { listener->stop(); });
    courier_.post([this] { mailboxes_.stop(); });
    const auto give_up = clock_.now() + drain_max;
    for (bool idle = false; !idle && clock_.now() < give_up;) {
        std::promise<bool> answer;
        desk_.post([this, &answer] { answer.set_value(runner_.idle() && outbox_.sending() == 0); });
        auto waiting = answer.get_future();
        idle = waiting.get();
    }
    stop();
    runtime::log::info("hub.stopped");
}

// The threads first, then what they use. Safe to call again.
void Hub::stop() {
    for (const auto& loop : net_) loop->stop();
    parser_.stop();
    courier_.stop();
    indexer_.stop();
    worker_.stop();
    desk_.stop();
    store_.reset();  // commits what waits
}

}  // namespace

int serve(const Options& options) {
    runtime::log::start(options.config.log_format == "json" ? runtime::log::Format::json
                                                            : runtime::log::Format::text,
                        options.config.log_level);
    Hub hub(options);
    hub.start();
    hub.run();
    return 0;
}

}  // namespace app
