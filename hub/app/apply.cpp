// `sportello apply`: a declared workspace put in force, by the running hub or on a resting folder.
#include <curl/curl.h>

#include <fstream>
#include <iostream>

#include "hub/api/declaration.hpp"
#include "hub/app/commands.hpp"
#include "hub/app/data_lock.hpp"
#include "hub/app/declared.hpp"
#include "hub/app/desk_session.hpp"
#include "hub/flow/intake.hpp"

namespace app {
namespace {

constexpr long answer_seconds_max = 120;

std::string contents(const std::filesystem::path& file) {
    std::ifstream in(file);
    if (!in) throw std::runtime_error("cannot read " + file.string());
    return {std::istreambuf_iterator<char>(in), {}};
}

std::size_t take(const char* bytes, std::size_t size, std::size_t count, void* into) {
    static_cast<std::string*>(into)->append(bytes, size * count);
    return size * count;
}

// The hub is running: it must do it, so that consoles and memory learn of it.
int apply_over_http(const Options& options, const std::string& text) {
    std::string token = contents(std::filesystem::path(options.config.data) / "admin-token");
    token.erase(token.find_last_not_of("\r\n") + 1);
    const std::string url = "http://" + options.config.http + "/api/v1/apply";
    std::string reply;
    CURL* curl = curl_easy_init();
    curl_slist* headers = curl_slist_append(nullptr, ("Authorization: Bearer " + token).c_str());
    headers = curl_slist_append(headers, "Content-Type: application/json");
    curl_easy_setopt(curl, CURLOPT_URL, url.c_str());
    curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers);
    curl_easy_setopt(curl, CURLOPT_POSTFIELDS, text.c_str());
    curl_easy_setopt(curl, CURLOPT_TIMEOUT, answer_seconds_max);
    curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, take);
    curl_easy_setopt(curl, CURLOPT_WRITEDATA, &reply);
    const CURLcode code = curl_easy_perform(curl);
    long status = 0;
    curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
    curl_slist_free_all(headers);
    curl_easy_cleanup(curl);
    if (code != CURLE_OK)
        throw std::runtime_error("the hub holds this folder but does not answer at " + url +
                                 "; give its address with --http");
    std::cout << reply << "\n";
    return status == 200 ? 0 : 1;
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
