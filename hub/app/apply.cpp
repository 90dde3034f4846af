// `sportello apply`: a declared workspace put in force, by the running hub or on a resting folder.
#include <fstream>
#include <iostream>

#include "hub/api/declaration.hpp"
#include "hub/app/commands.hpp"
#include "hub/app/data_lock.hpp"
#include "hub/app/declared.hpp"
#include "hub/app/desk_session.hpp"
#include "hub/app/hub_client.hpp"
#include "hub/flow/intake.hpp"

namespace app {
namespace {

std::string contents(const std::filesystem::path& file) {
    std::ifstream in(file);
    if (!in) throw std::runtime_error("cannot read " + file.string());
    return {std::istreambuf_iterator<char>(in), {}};
}

// The hub is running: it must do it, so that consoles and memory learn of it.
int apply_over_http(const Options& options, const std::string& text) {
    const HubReply reply = post_to_hub(options, "/api/v1/apply", text);
    std::cout << reply.body << "\n";
    return reply.status == 200 ? 0 : 1;
}

}  // namespace

void apply_declaration(DeskSession& desk, const std::string& text,
                       const std::function<void(const std::string&)>& done) {
    api::Declaration declaration(text);
    if (const auto fault = declaration.fault()) throw std::runtime_error(*fault);
    for (std::size_t step = 0; step < declaration.size(); ++step) {
        const std::string title = declaration.title(step);
        auto command = declaration.command(step, {}, flow::directory_of(desk.state()));
        if (const auto* fault = std::get_if<std::string>(&command))
            throw std::runtime_error(title + ": " + *fault);
        const model::Answer answer = desk.run(std::get<model::Command>(command));
        if (!answer.ok()) throw std::runtime_error(title + ": " + answer.detail);
        if (done) done(title);
    }
}

int apply(const Options& options) {
    const std::string text = contents(options.declaration_file);
    std::optional<DataLock> lock;
    try {
        lock.emplace(options.config.data);
    } catch (const DataInUse&) {
        return apply_over_http(options, text);
    }
    const auto store = open_store(options);
    DeskSession desk(*store);
    apply_declaration(desk, text, [](const std::string& title) { std::cout << title << "\n"; });
    return 0;
}

}  // namespace app
