#include "storage/sqlite/blob_files.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <fstream>
#include <sstream>
#include <system_error>

namespace storage::sqlite {
namespace {

class File {
public:
    File(const std::filesystem::path& path, int flags)
        : handle_(::open(path.c_str(), flags | O_CLOEXEC, 0600)) {
        if (handle_ < 0) fail("open " + path.string());
    }
    File(const File&) = delete;
    File& operator=(const File&) = delete;
    ~File() { ::close(handle_); }

    void write(const std::string& bytes) const {
        for (std::size_t done = 0; done < bytes.size();) {
            const ssize_t wrote = ::write(handle_, bytes.data() + done, bytes.size() - done);
            if (wrote < 0 && errno != EINTR) fail("write a blob");
            if (wrote > 0) done += static_cast<std::size_t>(wrote);
        }
    }
    void sync() const {
        if (::fsync(handle_) != 0) fail("sync a blob");
    }
    [[noreturn]] static void fail(const std::string& what) {
        throw std::system_error(errno, std::generic_category(), "cannot " + what);
    }

private:
    int handle_;
};

}  // namespace

BlobFiles::BlobFiles(std::filesystem::path folder) : folder_(std::move(folder)) {
    std::filesystem::create_directories(folder_);
}

std::filesystem::path BlobFiles::path_of(const std::string& sha256) const {
    return folder_ / sha256.substr(0, 2) / sha256;
}

void BlobFiles::put(const Blob& blob) const {
    const std::filesystem::path path = path_of(blob.sha256);
    if (std::filesystem::exists(path)) return;
    const bool new_folder = std::filesystem::create_directories(path.parent_path());
    const std::filesystem::path temporary = path.string() + ".part";
    {
        const File file(temporary, O_WRONLY | O_CREAT | O_TRUNC);
        file.write(*blob.bytes);
        file.sync();
    }
    std::filesystem::rename(temporary, path);
    File(path.parent_path(), O_RDONLY | O_DIRECTORY).sync();
    if (new_folder) File(folder_, O_RDONLY | O_DIRECTORY).sync();
}

std::shared_ptr<const std::string> BlobFiles::get(const std::string& sha256) const {
    std::ifstream file(path_of(sha256), std::ios::binary);
    if (!file) return nullptr;
    std::ostringstream bytes;
    bytes << file.rdbuf();
    return std::make_shared<const std::string>(std::move(bytes).str());
}

}  // namespace storage::sqlite
