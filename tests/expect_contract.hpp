// SPDX-License-Identifier: BSL-1.0
// port_contract.hpp as a test of CppUTest's.
#pragma once

#include <tests/port_contract.hpp>

#include <CppUTest/TestHarness.h>

template <class Host>
void expect_contract() {
  port_contract::check_port<Host>([](const char* check, const char* complaint) {
    if (complaint == nullptr) return;
    FAIL(StringFromFormat("%s: %s", check, complaint).asCharString());
  });
}
