#include "bench/support/hub_process.hpp"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fstream>
#include <sstream>

#include "bench/support/local_http.hpp"

namespace bench {
namespace {

using namespace std::chrono_literals;
constexpr auto poll_every = 20ms;
constexpr int start_polls_max = 1500;
constexpr auto stop_max = 30s;

std::string text_of(const std::filesystem::path& file) {
    std::ifstream in(file);
    std::ostringstream out;
    out << in.rdbuf();
    return out.str();
}

// utime and stime of a /proc/.../stat line: fields 14 and 15, counted after the name, which may
// hold blanks.
double cpu_seconds_of(const std::string& stat) {
    std::istringstream rest(stat.substr(stat.rfind(')') + 2));
    std::string skipped;
    for (int field = 3; field < 14; ++field) rest >> skipped;
    double user = 0;
    double system = 0;
    rest >> user >> system;
    return (user + system) / static_cast<double>(::sysconf(_SC_CLK_TCK));
}

}  // namespace

HubProcess::HubProcess() {
    std::string pattern =
        (std::filesystem::temp_directory_path() / "sportello-bench-XXXXXX").string();
    if (::mkdtemp(pattern.data()) == nullptr) fail("cannot make a folder for the data");
    folder_ = pattern;
    {
        // Both at once, so that the system does not give the same port twice.
        const Descriptor http = listen_locally(http_port_);
        const Descriptor lmtp = listen_locally(lmtp_port_);
    }
    spawn();
    wait_until_ready();
}

HubProcess::~HubProcess() {
    stop();
    std::error_code ignored;
    std::filesystem::remove_all(folder_, ignored);
}

void HubProcess::spawn() {
    const std::string program = std::string{SPORTELLO_BINARY_DIR} + "/sportello";
    std::vector<std::string> words = {program,  "serve",
                                      "--data", (folder_ / "data").string(),
                                      "--http", "127.0.0.1:" + std::to_string(http_port_),
                                      "--lmtp", "127.0.0.1:" + std::to_string(lmtp_port_),
                                      "--smtp", "127.0.0.1:0"};
    std::vector<char*> arguments;
    arguments.reserve(words.size() + 1);
    for (std::string& word : words) arguments.push_back(word.data());
    arguments.push_back(nullptr);
    const std::string log = (folder_ / "log").string();
    pid_ = ::fork();
    if (pid_ < 0) fail("cannot fork");
    if (pid_ != 0) {
        process_ = Descriptor(static_cast<int>(::syscall(SYS_pidfd_open, pid_, 0)));
        if (process_.get() < 0) fail("cannot watch the hub");
        return;
    }
    // The hub ends with the benchmark, however the benchmark ends.
    ::prctl(PR_SET_PDEATHSIG, SIGTERM);
    const int out = ::open(log.c_str(), O_CREAT | O_WRONLY | O_TRUNC, 0600);
    ::dup2(out, 1);
    ::dup2(out, 2);
    ::execv(program.c_str(), arguments.data());
    ::_exit(127);
}

void HubProcess::wait_until_ready() {
    for (int i = 0; i < start_polls_max; ++i) {
        if (http_get(http_port_, "/readyz", "").status == 200) return;
        if (ends_within(poll_every)) fail_with_log("the hub ended while starting");
    }
    fail_with_log("the hub did not become ready");
}

bool HubProcess::ends_within(std::chrono::milliseconds time) {
    pollfd ended{process_.get(), POLLIN, 0};
    return ::poll(&ended, 1, static_cast<int>(time.count())) == 1;
}

void HubProcess::watch(std::chrono::milliseconds time) {
    if (ends_within(time)) fail_with_log("the hub ended");
}

void HubProcess::stop() {
    if (pid_ < 0) return;
    ::kill(pid_, SIGTERM);
    if (!ends_within(stop_max)) ::kill(pid_, SIGKILL);
    ::waitpid(pid_, nullptr, 0);
    pid_ = -1;
}

void HubProcess::fail_with_log(const std::string& why) {
    const std::string log = text_of(folder_ / "log");
    stop();
    std::error_code ignored;
    std::filesystem::remove_all(folder_, ignored);
    throw std::runtime_error(why + "\n" + log.substr(log.size() > 2000 ? log.size() - 2000 : 0));
}

std::string HubProcess::admin_token() const {
    std::string token = text_of(folder_ / "data" / "admin-token");
    while (!token.empty() && token.back() == '\n') token.pop_back();
    return token;
}

double HubProcess::cpu_seconds() const {
    return cpu_seconds_of(text_of("/proc/" + std::to_string(pid_) + "/stat"));
}

std::vector<std::pair<std::string, double>> HubProcess::cpu_seconds_by_thread() const {
    std::vector<std::pair<std::string, double>> threads;
    for (const auto& task :
         std::filesystem::directory_iterator("/proc/" + std::to_string(pid_) + "/task")) {
        const std::string stat = text_of(task.path() / "stat");
        const auto name = stat.find('(') + 1;
        threads.emplace_back(
            stat.substr(name, stat.rfind(')') - name) + " " + task.path().filename().string(),
            cpu_seconds_of(stat));
    }
    return threads;
}

double HubProcess::resident_mb() const {
    return status_mb("VmRSS:");
}

double HubProcess::resident_peak_mb() const {
    return status_mb("VmHWM:");
}

double HubProcess::status_mb(const std::string& key) const {
    std::istringstream lines(text_of("/proc/" + std::to_string(pid_) + "/status"));
    for (std::string line; std::getline(lines, line);)
        if (line.starts_with(key)) return std::stod(line.substr(key.size())) / 1024;
    return 0;
}

}  // namespace bench
