// One program per data folder: a lock that the system drops when the process ends, however it ends.
#pragma once

#include <filesystem>
#include <stdexcept>

namespace app {

// Another process holds the folder.
struct DataInUse : std::runtime_error {
    using std::runtime_error::runtime_error;
};

class DataLock {
public:
    // Throws std::runtime_error when another process holds the folder.
    explicit DataLock(const std::filesystem::path& folder);
    DataLock(const DataLock&) = delete;
    DataLock& operator=(const DataLock&) = delete;
    ~DataLock();

private:
    int handle_;
};

}  // namespace app
