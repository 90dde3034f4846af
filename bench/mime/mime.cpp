// What reading a mail costs beside what GMime alone does with the same bytes: the parts found and
// decoded, nothing else. Rounds alternate, so that a busy moment hits both.
#include <gmime/gmime.h>

#include <filesystem>
#include <fstream>
#include <functional>
#include <iostream>
#include <sstream>

#include "bench/support/command_line.hpp"
#include "bench/support/statistics.hpp"
#include "connectors/email/gmime_values.hpp"
#include "connectors/email/mime.hpp"

namespace {

using namespace bench;
using connectors::email::Held;
namespace email = connectors::email;
namespace files = std::filesystem;

// Everything of a mail is read by GMime once; trimming, reports and text of HTML are ours.
constexpr double ratio_target = 3;

using Mails = std::vector<std::shared_ptr<const std::string>>;

Mails corpus() {
    const files::path folder = files::path{SPORTELLO_SOURCE_DIR} / "../shared/corpus";
    Mails mails;
    for (const char* set : {"mime", "bounces", "auto-replies", "threading", "reply-trimming"})
        for (const auto& entry : files::recursive_directory_iterator(folder / set)) {
            if (entry.path().extension() != ".eml") continue;
            std::ostringstream bytes;
            bytes << std::ifstream(entry.path(), std::ios::binary).rdbuf();
            mails.push_back(std::make_shared<const std::string>(std::move(bytes).str()));
        }
    return mails;
}

void decode_part(GMimeObject*, GMimeObject* part, gpointer) {
    if (!GMIME_IS_PART(part)) return;
    GMimeDataWrapper* content = g_mime_part_get_content(GMIME_PART(part));
    if (content == nullptr) return;
    const Held<GMimeStream> sink{g_mime_stream_null_new()};
    g_mime_data_wrapper_write_to_stream(content, sink.get());
}

void by_gmime(const Mails& mails) {
    for (const auto& mail : mails) {
        const Held<GMimeStream> stream{
            g_mime_stream_mem_new_with_buffer(mail->data(), mail->size())};
        const Held<GMimeParser> parser{g_mime_parser_new_with_stream(stream.get())};
        GMimeMessage* message = g_mime_parser_construct_message(parser.get(), nullptr);
        if (message == nullptr) continue;
        const Held<GMimeMessage> held{message};
        g_mime_message_foreach(message, decode_part, nullptr);
    }
}

void by_hub(const Mails& mails) {
    const email::Envelope envelope{.sender = "lea@example.com",
                                   .recipients = {"support@example.com"}};
    for (const auto& mail : mails) email::parse_mail(mail, envelope, {});
}

double seconds_of(const std::function<void(const Mails&)>& work, const Mails& mails) {
    const double start = own_cpu_seconds();
    work(mails);
    return own_cpu_seconds() - start;
}

int run(const CommandLine& flags) {
    const Mails mails = corpus();
    std::size_t bytes = 0;
    for (const auto& mail : mails) bytes += mail->size();
    email::start_mime();
    std::vector<double> own, alone;
    for (std::uint64_t round = 0; round <= flags["rounds"]; ++round) {
        const double gmime = seconds_of(by_gmime, mails), hub = seconds_of(by_hub, mails);
        if (round == 0) continue;  // the first one warms up
        alone.push_back(gmime);
        own.push_back(hub);
    }
    const auto count = static_cast<double>(mails.size());
    const double megabytes = static_cast<double>(bytes) / 1e6;
    const auto rate = [&](double seconds) {
        return fixed(count / seconds, 0) + " mails/s, " + fixed(megabytes / seconds, 1) + " MB/s";
    };
    const double ratio = median(own) / median(alone);
    print_table("reading " + std::to_string(mails.size()) + " mails, " + fixed(megabytes, 1) +
                    " MB, CPU of one thread",
                {{"the hub", rate(median(own)), ""},
                 {"GMime alone", rate(median(alone)), ""},
                 {"the hub / GMime", fixed(ratio, 2), at_most(ratio, ratio_target, 1)}});
    return 0;
}

}  // namespace

int main(int argc, char** argv) {
    const bench::CommandLine flags(argc, argv, {{"rounds", {10, "rounds over all mails"}}});
    try {
        return run(flags);
    } catch (const std::exception& error) {
        std::cerr << "mime: " << error.what() << "\n";
        return 1;
    }
}
