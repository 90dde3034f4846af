#include "hub/app/data_lock.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <stdexcept>

namespace app {

DataLock::DataLock(const std::filesystem::path& folder) {
    std::filesystem::create_directories(folder);
    const std::filesystem::path file = folder / "lock";
    handle_ = ::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (handle_ < 0)
        throw std::runtime_error("cannot write in " + folder.string() +
                                 "; give another folder with --data");
    if (::flock(handle_, LOCK_EX | LOCK_NB) == 0) return;
    ::close(handle_);
    throw DataInUse("another sportello uses " + folder.string() +
                    "; stop it first, or give another folder with --data");
}

DataLock::~DataLock() {
    ::close(handle_);
}

}  // namespace app
