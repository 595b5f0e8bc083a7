// SPDX-License-Identifier: BSL-1.0
// interpreter: runs a scenario on eyelet and writes its trace.
#pragma once

#include <string>
#include <tests/conformance/scenario.hpp>

namespace conformance {

/// The trace of `scenario`, a line for each thing that happened.
std::string run(const Scenario& scenario);

}  // namespace conformance
