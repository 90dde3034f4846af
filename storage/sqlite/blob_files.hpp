// Large blobs as files named by their SHA-256 in a two-level folder, durable before the commit that
// names them.
#pragma once

#include <filesystem>
#include <memory>
#include <string>

#include "storage/rows.hpp"

namespace storage::sqlite {

class BlobFiles {
public:
    explicit BlobFiles(std::filesystem::path folder);
    // Writes to a temporary name, syncs the file, renames it and syncs the folder. Throws
    // std::system_error.
    void put(const Blob& blob) const;
    std::shared_ptr<const std::string> get(const std::string& sha256) const;  // nullptr if absent

private:
    std::filesystem::path path_of(const std::string& sha256) const;
    std::filesystem::path folder_;
};

}  // namespace storage::sqlite
