// SPDX-License-Identifier: BSL-1.0
#include <cstdint>
#include <eyelet/loop.hpp>
#include <port/sim/sim.hpp>
#include <set>
#include <vector>

#include <CppUTest/TestHarness.h>

using eyelet::BlockStorage;
using eyelet::kBlockBytes;
using eyelet::detail::Block;
using eyelet::detail::BlockPool;
using eyelet::detail::Count;
using eyelet::detail::kPayloadBytes;

namespace {

// None of these needs start-up code: the compiler refuses a constexpr one that does.
eyelet::SimPort port;
BlockStorage<1000> large;
constexpr BlockPool kPool{nullptr, 0};
constexpr eyelet::Loop kLoop{port, large};
constexpr eyelet::StaticLoop<4, 2> kStaticLoop{port};

}  // namespace

// From the linker: where memory begins and ends that is zero at the start and not in the image.
extern "C" char __bss_start;
extern "C" char _end;

TEST_GROUP(BlockPool) {
  BlockStorage<4> storage;
  BlockPool pool{storage.blocks(), 4};
  eyelet::StaticLoop<1> owner{port};

  Block* acquire() { return pool.acquire(owner); }
};

TEST(BlockPool, a_block_is_header_and_payload) {
  CHECK_EQUAL(kBlockBytes, sizeof(Block));
  CHECK_EQUAL(sizeof(void*) == 8 ? 64U : 36U, kBlockBytes - kPayloadBytes);
  const Block& block = *acquire();
  POINTERS_EQUAL(&block, &eyelet::detail::block_around(block.payload));
  CHECK_EQUAL(4 * kBlockBytes, sizeof(storage));
}

TEST(BlockPool, payloads_are_aligned_to_8_bytes) {
  for (int i = 0; i < 4; ++i)
    CHECK_EQUAL(0U, reinterpret_cast<std::uintptr_t>(acquire()->payload) % 8);
}

TEST(BlockPool, hands_out_as_many_blocks_as_it_has_all_different) {
  std::set<Block*> blocks;
  for (int i = 0; i < 4; ++i) blocks.insert(acquire());
  CHECK_EQUAL(4U, blocks.size());
  CHECK_EQUAL(0U, blocks.count(nullptr));
  CHECK_EQUAL(4U, pool.capacity());
}

TEST(BlockPool, is_empty_as_a_value) {
  for (int i = 0; i < 4; ++i) acquire();
  POINTERS_EQUAL(nullptr, acquire());
  POINTERS_EQUAL(nullptr, acquire());
}

TEST(BlockPool, works_again_once_a_block_came_back) {
  Block* blocks[4];
  for (Block*& block : blocks) block = acquire();
  acquire();
  pool.release(*blocks[2]);
  POINTERS_EQUAL(blocks[2], acquire());
  POINTERS_EQUAL(nullptr, acquire());
}

TEST(BlockPool, uses_the_block_first_that_came_back_last) {
  Block* const a = acquire();
  Block* const b = acquire();
  Block* const c = acquire();
  pool.release(*a);
  pool.release(*c);
  pool.release(*b);
  POINTERS_EQUAL(b, acquire());
  POINTERS_EQUAL(c, acquire());
  POINTERS_EQUAL(a, acquire());
}

TEST(BlockPool, the_peak_is_the_highest_number_in_use) {
  CHECK_EQUAL(0U, pool.peak());
  Block* const a = acquire();
  pool.release(*a);
  acquire();
  CHECK_EQUAL(1U, pool.peak());
  Block* const b = acquire();
  Block* const c = acquire();
  CHECK_EQUAL(3U, pool.peak());
  pool.release(*b);
  pool.release(*c);
  acquire();
  CHECK_EQUAL(3U, pool.peak());
}

TEST(BlockPool, the_peak_stays_at_the_capacity_when_it_runs_dry) {
  for (int i = 0; i < 9; ++i) acquire();
  CHECK_EQUAL(4U, pool.peak());
}

TEST(BlockPool, finds_a_block_by_its_index_and_the_other_way_round) {
  for (Count i = 0; i < 4; ++i) {
    Block* const block = acquire();
    POINTERS_EQUAL(block, &pool[i]);
    CHECK_EQUAL(i, pool.index(*block));
  }
}

TEST(BlockPool, a_block_knows_its_loop_and_is_free_again_after_its_release) {
  Block* const block = acquire();
  CHECK_TRUE(block->loop == &owner);
  block->kind = eyelet::detail::Kind::callback;
  pool.release(*block);
  CHECK_TRUE(block->kind == eyelet::detail::Kind::free);
}

TEST(BlockPool, generations_go_on_when_a_block_is_used_again) {
  Block* const block = acquire();
  CHECK_EQUAL(0U, block->generation);
  block->generation = 7;
  pool.release(*block);
  acquire();
  CHECK_EQUAL(7U, block->generation);
}

TEST(BlockPool, conserves_its_blocks_through_any_order_of_releases) {
  std::vector<Block*> held;
  std::uint32_t random = 1;
  std::size_t peak = 0;
  for (int step = 0; step < 5000; ++step) {
    random = random * 1664525 + 1013904223;
    if ((random >> 16) % 2 == 0) {
      Block* const block = acquire();
      CHECK_EQUAL(held.size() == 4, block == nullptr);
      if (block != nullptr) held.push_back(block);
    } else if (!held.empty()) {
      const std::size_t which = (random >> 20) % held.size();
      pool.release(*held[which]);
      held.erase(held.begin() + static_cast<std::ptrdiff_t>(which));
    }
    if (held.size() > peak) peak = held.size();
    CHECK_EQUAL(held.size(), std::set<Block*>(held.begin(), held.end()).size());
    CHECK_EQUAL(peak, pool.peak());
  }
  CHECK_EQUAL(4U, peak);
}

TEST(BlockPool, needs_no_start_up_code_where_it_is_global) {
  CHECK_EQUAL(0U, kPool.capacity());
  CHECK_EQUAL(0U, kPool.peak());
  CHECK_FALSE(kLoop.running());
  CHECK_EQUAL(4U, kStaticLoop.stats().capacity);
}

TEST(BlockPool, its_memory_is_not_in_the_image) {
  const char* const begin = reinterpret_cast<const char*>(&large);
  CHECK_TRUE(&__bss_start <= begin);
  CHECK_TRUE(begin + sizeof large <= &_end);
}
