#include "hub/api/static_files.hpp"

#include <array>
#include <fstream>
#include <sstream>

namespace api {
namespace {

std::shared_ptr<const std::string> contents(const std::filesystem::path& file) {
    std::ifstream in(file, std::ios::binary);
    if (!in) return nullptr;
    std::ostringstream out;
    out << in.rdbuf();
    return std::make_shared<const std::string>(std::move(out).str());
}

std::string type_of(const std::string& extension) {
    static const std::map<std::string, std::string> types = {
        {".html", "text/html; charset=utf-8"},
        {".js", "text/javascript; charset=utf-8"},
        {".css", "text/css; charset=utf-8"},
        {".svg", "image/svg+xml"},
        {".json", "application/json"},
        {".png", "image/png"},
        {".ico", "image/x-icon"},
        {".txt", "text/plain; charset=utf-8"}};
    const auto found = types.find(extension);
    return found == types.end() ? "application/octet-stream" : found->second;
}

}  // namespace

StaticFiles::StaticFiles(const std::filesystem::path& folder) {
    std::error_code error;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(folder, error)) {
        const std::filesystem::path& path = entry.path();
        if (!entry.is_regular_file() || path.extension() == ".gz" || path.extension() == ".br")
            continue;
        File file;
        file.type = type_of(path.extension());
        file.plain = contents(path);
        file.brotli = contents(path.string() + ".br");
        file.gzip = contents(path.string() + ".gz");
        const std::string name = "/" + std::filesystem::relative(path, folder).generic_string();
        file.etag = "\"" + storage::sha256_hex(*file.plain).substr(0, 20) + "\"";
        file.hashed_name = name.find("/assets/") != std::string::npos;
        files_.emplace(name, std::move(file));
    }
}

std::optional<Response> StaticFiles::find(const Request& request) const {
    const auto found = files_.find(request.path);
    if (found == files_.end()) return std::nullopt;
    const File& file = found->second;
    Response response;
    response.type = file.type;
    response.headers.emplace_back("ETag", file.etag);
    response.headers.emplace_back(
        "Cache-Control", file.hashed_name ? "public, max-age=31536000, immutable" : "no-cache");
    response.headers.emplace_back("Vary", "Accept-Encoding");
    if (request.header("if-none-match") == file.etag) {
        response.status = 304;
        return response;
    }
    const std::string accepted = request.header("accept-encoding");
    response.shared_body = file.plain;
    if (file.brotli && accepted.find("br") != std::string::npos) {
        response.shared_body = file.brotli;
        response.headers.emplace_back("Content-Encoding", "br");
    } else if (file.gzip && accepted.find("gzip") != std::string::npos) {
        response.shared_body = file.gzip;
        response.headers.emplace_back("Content-Encoding", "gzip");
    }
    return response;
}

}  // namespace api
