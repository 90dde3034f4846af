// What the disk alone gives: the same mails handed in by as many producers as the hub has senders,
// appended by one writer that syncs once for whatever waits. A hub cannot acknowledge faster than
// this.
#pragma once

#include <filesystem>

#include "bench/support/mail_source.hpp"

namespace bench {

struct DiskFloor {
    double mails_per_second = 0;
    double mails_per_sync = 0;
};

DiskFloor measure_disk_floor(const std::filesystem::path& folder, const MailSource& source,
                             std::size_t producers, double seconds);

}  // namespace bench
