// The labels of one of the engine's objects. They can't be changed while it lives (F059), so its
// copies share them: the cache's, a pass's and a list's.
//
// Most of what is known of an object are its labels, and their keys are the same on all objects:
// each text of a key is there once.
#pragma once

#include <cstddef>
#include <initializer_list>
#include <map>
#include <memory>
#include <string>
#include <string_view>

namespace fairlead::docker {

using StringMap = std::map<std::string, std::string>;

class Labels {
 public:
  Labels() = default;
  Labels(const StringMap& labels);
  Labels(std::initializer_list<StringMap::value_type> labels) : Labels(StringMap(labels)) {}

  bool empty() const { return size() == 0; }
  std::size_t size() const;
  bool contains(std::string_view key) const { return find(key) != nullptr; }
  // Null if there is none. Until the next change of this or its end.
  const std::string* find(std::string_view key) const;
  // Throws std::out_of_range if there is none.
  const std::string& at(std::string_view key) const;
  StringMap map() const;

  // For who makes an object up. Copies are not changed along with it.
  std::string& operator[](std::string_view key);
  void erase(std::string_view key);

  friend bool operator==(const Labels& a, const Labels& b);

 private:
  struct Entries;
  Entries& own();

  std::shared_ptr<Entries> entries_;  // null: none. Not changed while it is another's too
};

}  // namespace fairlead::docker
