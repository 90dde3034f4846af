// `sportello simulate`: the router on a virtual clock.
#include <chrono>
#include <fstream>
#include <iostream>

#include "hub/app/commands.hpp"
#include "hub/model/codec.hpp"
#include "hub/model/words.hpp"
#include "hub/simulate/fit.hpp"
#include "hub/simulate/simulate.hpp"

namespace app {
namespace {

simulate::Trace load_trace(const std::string& file) {
    std::ifstream in(file);
    if (!in) throw std::runtime_error("cannot read " + file + "; give a trace with --trace");
    try {
        return simulate::read_trace(in);
    } catch (const std::exception& error) {
        throw std::runtime_error(file + ", " + error.what());
    }
}

routing::Parameters load_parameters(const std::string& file) {
    if (file.empty()) return {};
    std::ifstream in(file);
    if (!in) throw std::runtime_error("cannot read " + file);
    const std::string text{std::istreambuf_iterator<char>(in), {}};
    return model::parameters_from(text);
}

// Answers questions on standard input, one line each, until it ends.
int answer_questions(routing::Policy policy, const routing::Parameters& parameters) {
    std::ios::sync_with_stdio(false);
    std::optional<simulate::Player> player;
    std::string line;
    for (std::size_t number = 1; std::getline(std::cin, line); ++number) try {
            const simulate::Question question = simulate::read_question(line);
            if (question.hello) {
                player.emplace(*question.hello, policy, parameters);
                continue;
            }
            if (!player) throw std::runtime_error("the first line must be a hello");
            std::cout << simulate::write_reply(player->answer(question.at, question.events))
                      << std::endl;
        } catch (const std::exception& error) {
            throw std::runtime_error("line " + std::to_string(number) + ": " + error.what());
        }
    return 0;
}

void write_log(const std::string& file, const simulate::Played& played) {
    std::ofstream out(file, std::ios::trunc);
    for (const auto& [at, item, agent] : played.assignments)
        out << at << " " << simulate::text_of(item) << " " << agent << "\n";
    if (!out.flush()) throw std::runtime_error("cannot write " + file);
}

int fit_parameters(const Options& options, const std::vector<simulate::Trace>& traces) {
    const auto fitted =
        simulate::fit(traces, load_parameters(options.parameters_file), options.fit_rounds,
                      [](std::string_view name, double value, double cost) {
                          std::cerr << name << " = " << value << ": mean cost " << cost << "\n";
                      });
    std::cerr << "mean cost " << fitted.cost_before << " before, " << fitted.cost_after
              << " after, " << fitted.plays << " plays\n";
    std::cout << model::to_json(fitted.parameters) << "\n";
    return 0;
}

}  // namespace

int simulate_floor(const Options& options) {
    const auto policy = model::from_word<routing::Policy>(options.policy);
    if (!policy)
        throw std::runtime_error(
            "--policy must be index, round-robin, least-loaded, fifo, priority or edf");
    const routing::Parameters parameters = load_parameters(options.parameters_file);
    if (options.stdio) return answer_questions(*policy, parameters);
    std::vector<simulate::Trace> traces;
    for (const std::string& file : options.traces) traces.push_back(load_trace(file));
    if (traces.empty()) throw std::runtime_error("give a trace with --trace FILE, or --stdio");
    if (options.fit) return fit_parameters(options, traces);
    if (!options.json) std::cout << simulate::table_head() << "\n";
    for (const simulate::Trace& trace : traces) {
        simulate::Player player(trace, *policy, parameters);
        const simulate::Played played = simulate::play(
            trace, [&](simulate::Millis at, const std::vector<simulate::FloorEvent>& events) {
                return player.answer(at, events);
            });
        const simulate::Metrics metrics = simulate::metrics_of(trace, played);
        if (!options.json)
            std::cout << simulate::table_row(options.policy, metrics) << "\n";
        else
            std::cout << simulate::to_json(metrics) << "\n";
        if (!options.log_file.empty()) write_log(options.log_file, played);
    }
    return 0;
}

}  // namespace app
