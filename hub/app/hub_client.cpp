#include "hub/app/hub_client.hpp"

#include <curl/curl.h>

#include <fstream>
#include <iterator>

namespace app {
namespace {

constexpr long answer_seconds_max = 120;

std::size_t take(const char* bytes, std::size_t size, std::size_t count, void* into) {
    static_cast<std::string*>(into)->append(bytes, size * count);
    return size * count;
}

std::string administrators_token(const std::string& data) {
    const auto file = std::filesystem::path(data) / "admin-token";
    std::ifstream in(file);
    if (!in)
        throw std::runtime_error("cannot read " + file.string() + "; give the folder with --data");
    std::string token(std::istreambuf_iterator<char>(in), {});
    token.erase(token.find_last_not_of("\r\n") + 1);
    return token;
}

}  // namespace

HubReply post_to_hub(const Options& options, const std::string& path, const std::string& json) {
    const std::string token = administrators_token(options.config.data);
    const std::string url = "http://" + options.config.http + path;
    HubReply reply;
    CURL* curl = curl_easy_init();
    curl_slist* headers = curl_slist_append(nullptr, ("Authorization: Bearer " + token).c_str());
    headers = curl_slist_append(headers, "Content-Type: application/json");
    curl_easy_setopt(curl, CURLOPT_URL, url.c_str());
    curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers);
    curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(json.size()));
    curl_easy_setopt(curl, CURLOPT_POSTFIELDS, json.c_str());
    curl_easy_setopt(curl, CURLOPT_TIMEOUT, answer_seconds_max);
    curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, take);
    curl_easy_setopt(curl, CURLOPT_WRITEDATA, &reply.body);
    const CURLcode code = curl_easy_perform(curl);
    curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &reply.status);
    curl_slist_free_all(headers);
    curl_easy_cleanup(curl);
    if (code != CURLE_OK)
        throw std::runtime_error("no hub answers at " + url +
                                 "; start it, or give its address with --http");
    return reply;
}

}  // namespace app
