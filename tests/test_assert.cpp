// SPDX-License-Identifier: BSL-1.0
#include <eyelet/assert.hpp>
#include <tests/child.hpp>

#include <cstdio>
#include <cstring>
#include <string>

#include <CppUTest/TestHarness.h>

namespace {

int report_to = -1;  // a pipe, while a test listens

}  // namespace

// Takes the place of the library's weak one.
extern "C" void eyelet_assertion_failed(const char* condition, const char* file, int line) {
  if (report_to >= 0) dprintf(report_to, "%s|%s|%d", condition, file, line);
}

TEST_GROUP(Assert) {
  std::string heard;

  template <class F>
  bool traps(F fn) {
    int ends[2];
    CHECK_EQUAL(0, pipe(ends));
    report_to = ends[1];
    const bool trapped = child::traps(fn);
    report_to = -1;
    close(ends[1]);
    char text[256] = "";
    const ssize_t n = read(ends[0], text, sizeof text - 1);
    heard.assign(text, n > 0 ? static_cast<std::size_t>(n) : 0);
    close(ends[0]);
    return trapped;
  }
};

TEST(Assert, a_condition_that_holds_does_nothing) {
  CHECK_FALSE(traps([] { EYELET_ASSERT(1 + 1 == 2); }));
  STRCMP_EQUAL("", heard.c_str());
}

TEST(Assert, a_condition_that_fails_traps_where_checks_are_on) {
  CHECK_EQUAL(eyelet::kChecks, traps([] { EYELET_ASSERT(1 + 1 == 3); }));
  CHECK_EQUAL(eyelet::kChecks, heard.find("1 + 1 == 3|") == 0);
}

TEST(Assert, a_condition_is_evaluated_once_and_not_at_all_where_checks_are_off) {
  int evaluated = 0;
  EYELET_ASSERT(++evaluated > 0);
  CHECK_EQUAL(eyelet::kChecks ? 1 : 0, evaluated);
}

TEST(Assert, the_hook_hears_of_condition_file_and_line_before_the_trap) {
  CHECK_TRUE(traps([] { eyelet::detail::assertion_failed("x > 0", "here.cpp", 42); }));
  STRCMP_EQUAL("x > 0|here.cpp|42", heard.c_str());
}

TEST(Assert, is_an_expression_and_safe_behind_an_if_without_braces) {
  bool other = false;
  if (heard.empty())
    EYELET_ASSERT(heard.empty());
  else
    other = true;
  CHECK_FALSE(other);
}
