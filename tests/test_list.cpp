// SPDX-License-Identifier: BSL-1.0
#include <eyelet/list.hpp>
#include <initializer_list>
#include <string>

#include <CppUTest/TestHarness.h>

using eyelet::detail::Link;
using eyelet::detail::List;
using eyelet::detail::unlink;

TEST_GROUP(List) {
  struct Node : Link {
    char name;
  };
  Node a{{}, 'a'}, b{{}, 'b'}, c{{}, 'c'}, d{{}, 'd'};
  List list;
  List other;

  static void fill(List & list, std::initializer_list<Node*> nodes) {
    for (Node* node : nodes) list.push_back(*node);
  }

  // Walks one of the two chains of the ring and holds the other one against it.
  static std::string names(const List& list) {
    std::string result;
    const Link* last = list.end();
    for (const Link* link = list.front(); link != list.end(); last = link, link = link->next) {
      if (link->prev != last) return "broken";
      result += static_cast<const Node*>(link)->name;
    }
    if (list.end()->prev != last) return "broken";
    return result;
  }

  static char pop(List & list) { return static_cast<Node&>(list.pop_front()).name; }
};

TEST(List, begins_empty) {
  CHECK_TRUE(list.empty());
  CHECK_FALSE(list.has_one());
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

TEST(List, knows_when_it_has_exactly_one) {
  fill(list, {&a});
  CHECK_TRUE(list.has_one());
  CHECK_FALSE(list.empty());
  fill(list, {&b});
  CHECK_FALSE(list.has_one());
  pop(list);
  CHECK_TRUE(list.has_one());
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

TEST(List, splices_another_one_behind_what_is_there) {
  fill(list, {&a, &b});
  fill(other, {&c, &d});
  list.splice_back(other);
  STRCMP_EQUAL("abcd", names(list).c_str());
  CHECK_TRUE(other.empty());
}

TEST(List, splices_into_an_empty_list) {
  fill(other, {&a, &b});
  list.splice_back(other);
  STRCMP_EQUAL("ab", names(list).c_str());
  CHECK_TRUE(other.empty());
}

TEST(List, splicing_an_empty_list_changes_nothing) {
  fill(list, {&a, &b});
  list.splice_back(other);
  STRCMP_EQUAL("ab", names(list).c_str());
  list.clear();
  list.splice_back(other);
  CHECK_TRUE(list.empty());
}

TEST(List, takes_and_gives_after_a_splice) {
  fill(list, {&a});
  fill(other, {&b});
  list.splice_back(other);
  fill(other, {&c});
  fill(list, {&d});
  STRCMP_EQUAL("abd", names(list).c_str());
  STRCMP_EQUAL("c", names(other).c_str());
  unlink(b);
  STRCMP_EQUAL("ad", names(list).c_str());
}

TEST(List, is_empty_after_clear_and_leaves_the_links_alone) {
  fill(list, {&a, &b});
  list.clear();
  CHECK_TRUE(list.empty());
  CHECK_TRUE(a.next == &b);
}

TEST(List, is_a_constant_where_it_is_global) {
  static constexpr List kEmpty;
  CHECK_TRUE(kEmpty.empty());
}
