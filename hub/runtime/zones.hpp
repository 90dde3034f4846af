// Zones: the door to the system's time-zone data. What leaves it is a value (sla::Zone).
#pragma once

#include <optional>
#include <string>

#include "sla/zone.hpp"

namespace runtime {

// The offsets of an IANA zone ("Europe/Rome") from 2000 to 2037, the span that the system's data
// covers; later instants keep the last offset. Nothing when the system knows no such zone. Blocks
// on the file once per zone.
std::optional<sla::Zone> load_zone(const std::string& name);

// The version of the system's data, "2024a"; "unknown" where the system does not tell.
std::string zone_data_version();

}  // namespace runtime
