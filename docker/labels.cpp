#include "docker/labels.h"

#include <algorithm>
#include <boost/flyweight.hpp>
#include <stdexcept>
#include <utility>
#include <vector>

namespace fairlead::docker {

struct Labels::Entries {
  using Entry = std::pair<boost::flyweight<std::string>, std::string>;

  // Where the key is, or belongs.
  std::vector<Entry>::iterator place_of(std::string_view key) {
    return std::ranges::lower_bound(
        list, key, {}, [](const Entry& entry) { return std::string_view(entry.first.get()); });
  }
  std::vector<Entry>::iterator find(std::string_view key) {
    const auto at = place_of(key);
    return at != list.end() && at->first.get() == key ? at : list.end();
  }

  std::vector<Entry> list;  // by key
};

Labels::Labels(const StringMap& labels) {
  if (labels.empty()) return;
  entries_ = std::make_shared<Entries>();
  entries_->list.assign(labels.begin(), labels.end());
}

std::size_t Labels::size() const {
  return entries_ == nullptr ? 0 : entries_->list.size();
}

const std::string* Labels::find(std::string_view key) const {
  if (entries_ == nullptr) return nullptr;
  const auto at = entries_->find(key);
  return at == entries_->list.end() ? nullptr : &at->second;
}

const std::string& Labels::at(std::string_view key) const {
  const auto* value = find(key);
  if (value == nullptr) throw std::out_of_range("no label " + std::string(key));
  return *value;
}

StringMap Labels::map() const {
  StringMap all;
  if (entries_ == nullptr) return all;
  for (const auto& [key, value] : entries_->list)
    all.emplace_hint(all.end(), key.get(), value);
  return all;
}

Labels::Entries& Labels::own() {
  if (entries_ == nullptr) {
    entries_ = std::make_shared<Entries>();
  } else if (entries_.use_count() > 1) {
    entries_ = std::make_shared<Entries>(*entries_);
  }
  return *entries_;
}

std::string& Labels::operator[](std::string_view key) {
  auto& entries = own();
  auto at = entries.find(key);
  if (at == entries.list.end())
    at = entries.list.emplace(entries.place_of(key), std::string(key), std::string());
  return at->second;
}

void Labels::erase(std::string_view key) {
  if (!contains(key)) return;
  auto& entries = own();
  entries.list.erase(entries.find(key));
}

bool operator==(const Labels& a, const Labels& b) {
  if (a.entries_ == b.entries_) return true;
  if (a.empty() || b.empty()) return a.empty() && b.empty();
  return a.entries_->list == b.entries_->list;
}

}  // namespace fairlead::docker
