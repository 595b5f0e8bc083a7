// SPDX-License-Identifier: BSL-1.0
// What plays the interleavings plays all of them, and finds the one that goes wrong.
#include <tests/interleavings/explore.hpp>

using namespace interleavings;

namespace {

const Scripts kDifferent{"abcd", "efgh", "ijkl"};

/// Every letter makes one pass run something.
struct PostingWorld : Stage {
  void operate(char, std::size_t) override {
    loop.call_soon([] {});
  }
  void must_hold() override {}
  void end() override {}
};

/// A future is left when actor 2 ends.
struct LeakingWorld : PostingWorld {
  Future<int> left;

  void operate(char letter, std::size_t) override {
    if (letter == 'l') left = loop.create_future<int>();
  }
};

/// Nothing goes wrong unless an order comes to the beginning that is planted here.
struct PlantedWorld : PostingWorld {
  static constexpr std::string_view kPlanted = "aebi.f";
  std::array<char, kPlanted.size()> beginning{};
  std::size_t length = 0;

  void add(char step) {
    if (length < beginning.size()) beginning[length++] = step;
  }
  void operate(char letter, std::size_t) override {
    add(letter);
    if (letter == 'i') loop.call_soon([this] { add('.'); });
  }
  void must_hold() override {
    expect(std::string_view(beginning.data(), length) != kPlanted, "planted");
  }
};

}  // namespace

TEST_GROUP(Explorer){};

TEST(Explorer, plays_every_order_of_the_letters) {
  CHECK_EQUAL(34650UL, count_orders(kDifferent));
  CHECK_EQUAL(34650UL, play<PostingWorld>(kDifferent, 0).all);
}

TEST(Explorer, plays_one_order_for_all_in_which_actors_with_equal_scripts_change_places) {
  const Scripts two{"abcd", "efgh", "abcd"};
  const Scripts three{"abcd", "abcd", "abcd"};
  CHECK_EQUAL(34650UL / 2, count_orders(two));
  CHECK_EQUAL(34650UL / 2, play<PostingWorld>(two, 0).all);
  CHECK_EQUAL(34650UL / 6, count_orders(three));
  CHECK_EQUAL(34650UL / 6, play<PostingWorld>(three, 0).all);
}

// Behind the last letter there are passes anyway, until nothing runs any more.
TEST(Explorer, passes_at_every_choice_of_places) {
  CHECK_EQUAL(34650UL * (1 + 11), play<PostingWorld>(kDifferent, 1).all);
  CHECK_EQUAL(34650UL * (1 + 11 + 55), play<PostingWorld>(kDifferent, 2).all);
  CHECK_EQUAL(34650UL << 11, play<PostingWorld>(kDifferent, kEverywhere).all);
  CHECK_EQUAL(34650UL, play<PostingWorld>(kDifferent, kEverywhere).without_passes);
}

TEST(Explorer, finds_what_goes_wrong_in_one_order_with_a_pass_in_one_place) {
  play<PlantedWorld>(kDifferent, kEverywhere);
  STRCMP_EQUAL("planted: 0a 1e 0b 2i pass 1f", finding.c_str());
}

TEST(Explorer, finds_a_block_that_leaks) {
  play<LeakingWorld>(kDifferent, 0);
  STRCMP_CONTAINS("a block leaked", finding.c_str());
}
