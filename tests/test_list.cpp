// SPDX-License-Identifier: BSL-1.0
#include <eyelet/list.hpp>
#include <initializer_list>
#include <string>

#include <CppUTest/TestHarness.h>

using eyelet::detail::Link;
using eyelet::detail::List;
using eyelet::detail::Ring;
using eyelet::detail::unlink;

namespace {

struct Node : Link {
  char name;
};

template <class AnyList>
void fill(AnyList& list, std::initializer_list<Node*> nodes) {
  for (Node* node : nodes) list.push_back(*node);
}

// Walks one of the two chains of a list and holds the other one against it.
std::string names(const List& list) {
  std::string result;
  const Link* last = list.end();
  for (const Link* link = list.front(); link != list.end(); last = link, link = link->next) {
    if (link->prev != last) return "broken";
    result += static_cast<const Node*>(link)->name;
  }
  if (list.end()->prev != last) return "broken";
  return result;
}

char pop(List& list) { return static_cast<Node&>(list.pop_front()).name; }

}  // namespace

TEST_GROUP(List) {
  Node a{{}, 'a'}, b{{}, 'b'}, c{{}, 'c'}, d{{}, 'd'};
  List list;
  List other;
  Ring ring = {};
};

TEST_GROUP(Ring) {
  Node a{{}, 'a'}, b{{}, 'b'}, c{{}, 'c'}, d{{}, 'd'};
  List list;
  Ring ring = {};
};

TEST(List, begins_empty) {
  CHECK_TRUE(list.empty());
  CHECK_TRUE(list.front() == list.end());
}

TEST(List, gives_first_what_came_first) {
  fill(list, {&a, &b, &c});
  STRCMP_EQUAL("abc", names(list).c_str());
  CHECK_EQUAL('a', pop(list));
  STRCMP_EQUAL("bc", names(list).c_str());
  CHECK_EQUAL('b', pop(list));
  CHECK_EQUAL('c', pop(list));
  CHECK_TRUE(list.empty());
}

TEST(List, a_link_leaves_from_any_place_without_knowing_its_list) {
  fill(list, {&a, &b, &c, &d});
  unlink(b);
  STRCMP_EQUAL("acd", names(list).c_str());
  unlink(a);
  STRCMP_EQUAL("cd", names(list).c_str());
  unlink(d);
  STRCMP_EQUAL("c", names(list).c_str());
  unlink(c);
  CHECK_TRUE(list.empty());
}

TEST(List, a_link_that_left_may_join_again) {
  fill(list, {&a, &b, &c});
  unlink(a);
  list.push_back(a);
  STRCMP_EQUAL("bca", names(list).c_str());
  unlink(c);
  other.push_back(c);
  STRCMP_EQUAL("ba", names(list).c_str());
  STRCMP_EQUAL("c", names(other).c_str());
}

TEST(List, takes_a_ring_behind_what_is_there) {
  fill(list, {&a, &b});
  fill(ring, {&c, &d});
  list.push_back_ring(*ring.release());
  STRCMP_EQUAL("abcd", names(list).c_str());
}

TEST(List, takes_a_ring_when_it_is_empty) {
  fill(ring, {&a, &b});
  list.push_back_ring(*ring.release());
  STRCMP_EQUAL("ab", names(list).c_str());
}

TEST(List, takes_a_ring_of_one_and_gives_it_again) {
  fill(ring, {&a});
  list.push_back_ring(*ring.release());
  fill(list, {&b});
  STRCMP_EQUAL("ab", names(list).c_str());
  unlink(a);
  STRCMP_EQUAL("b", names(list).c_str());
}

TEST(Ring, begins_empty) {
  CHECK_TRUE(ring.only() == nullptr);
  CHECK_TRUE(ring.release() == nullptr);
}

TEST(Ring, knows_when_it_has_exactly_one) {
  fill(ring, {&a});
  CHECK_TRUE(ring.only() == &a);
  fill(ring, {&b});
  CHECK_TRUE(ring.only() == nullptr);
  ring.remove(a);
  CHECK_TRUE(ring.only() == &b);
}

TEST(Ring, a_link_leaves_from_any_place) {
  fill(ring, {&a, &b, &c, &d});
  ring.remove(c);
  ring.remove(a);
  ring.remove(d);
  CHECK_TRUE(ring.only() == &b);
  ring.remove(b);
  CHECK_TRUE(ring.release() == nullptr);
}

TEST(Ring, keeps_the_order_when_the_first_leaves) {
  fill(ring, {&a, &b, &c});
  ring.remove(a);
  fill(ring, {&a});
  list.push_back_ring(*ring.release());
  STRCMP_EQUAL("bca", names(list).c_str());
}

TEST(Ring, is_empty_when_it_was_released) {
  fill(ring, {&a, &b});
  CHECK_TRUE(ring.release() == &a);
  CHECK_TRUE(ring.release() == nullptr);
  fill(ring, {&c});
  CHECK_TRUE(ring.only() == &c);
}

TEST(Ring, lets_go_of_a_link_that_a_list_has_by_now) {
  fill(ring, {&a, &b, &c});
  list.push_back_ring(*ring.release());
  ring.remove(b);
  ring.remove(a);
  STRCMP_EQUAL("c", names(list).c_str());
}
