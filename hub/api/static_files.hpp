// The built console, widget and demo shop, read into memory at start. Hashed names are cached for
// ever, pages never.
#pragma once

#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <string>

#include "hub/api/request.hpp"

namespace api {

class StaticFiles {
public:
    // A folder that does not exist gives an empty set: the API works, pages say how to build them.
    explicit StaticFiles(const std::filesystem::path& folder);

    // The file for a request path, in the best encoding the client takes; nothing when there is
    // none.
    std::optional<Response> find(const Request& request) const;
    bool empty() const { return files_.empty(); }

private:
    struct File {
        std::string type;
        std::shared_ptr<const std::string> plain;
        std::shared_ptr<const std::string> brotli;
        std::shared_ptr<const std::string> gzip;
        std::string etag;
        bool hashed_name = false;
    };
    std::map<std::string, File> files_;
};

// The policies of the console, of the mail frame and of the widget's panel.
inline constexpr const char* console_policy =
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; "
    "media-src 'self'; "
    "font-src 'self'; connect-src 'self'; frame-src 'self'; worker-src 'self'; manifest-src "
    "'self'; "
    "base-uri 'none'; form-action 'self'; frame-ancestors 'none'; require-trusted-types-for "
    "'script'; "
    "trusted-types dompurify svelte-trusted-html";
inline const std::string widget_policy =
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src "
    "'self'; "
    "base-uri 'none'; form-action 'none'; require-trusted-types-for 'script'; trusted-types 'none'";
// A host page as strict as they come: the widget must work on it.
inline constexpr const char* demo_policy =
    "default-src 'none'; script-src 'self'; frame-src 'self'; style-src 'self'; img-src 'self'; "
    "base-uri 'none'";
inline constexpr const char* mail_frame_policy =
    "default-src 'none'; style-src 'unsafe-inline'; img-src 'self' data:; form-action 'none'; "
    "base-uri 'none'; "
    "frame-ancestors 'self'";
// With remote images, once the agent asked for them.
inline constexpr const char* mail_frame_images_policy =
    "default-src 'none'; style-src 'unsafe-inline'; img-src 'self' data: https: http:; form-action "
    "'none'; "
    "base-uri 'none'; frame-ancestors 'self'";

}  // namespace api
