// Files by name, in order, as a value: a copy costs little and shares what neither side changes, so
// a snapshot of many files that differs in one from the snapshot before costs that one, and so does
// the comparison of the two.
//
// Kept in pages of neighbouring names. Those that a copy shares are never written to, whichever
// thread has the copy.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <iterator>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace fairlead::watch {

// How a file looked when its bytes were read. A file of the directory itself that looks the same is
// believed to be the same, unless it was read within two seconds of its last change (a second
// change in the same tick of the file system's clock would not show); and for so many scans only:
// what changes no time at all (a mapped page that is still dirty, W23) is seen after them.
struct Stamp {
  std::uint64_t device = 0;
  std::uint64_t inode = 0;
  std::int64_t size = -1;
  std::int64_t modified_ns = 0;
  std::int64_t changed_ns = 0;
  // Read more than two seconds after its last change, as its ctime tells: a time that nobody can
  // set.
  bool rested = false;
  int believed = 0;  // by how many scans since it was read
};
// So each 17th scan reads a file at the latest; which one differs by its name, so that not all
// files are read by one scan.
inline constexpr int kMostBelieved = 16;

// One manifest file. `bytes` is shared: a file that did not change costs nothing per snapshot.
struct File {
  // Never null. With `error` set: in a scan empty, in a snapshot the last good version, if there is
  // one.
  std::shared_ptr<const std::string> bytes;
  std::string digest;  // of the bytes
  // Set when the file is there but can't be read now (permission, owner, FIFO, too large, a link
  // that leads nowhere or out, a file system that hangs), or never rests. Its last good version
  // stays in force (F082, W24). In words, for people; without the file's name.
  std::string error;
  Stamp stamp{};
};

// Whether a consumer would see no difference.
bool same_version(const File& a, const File& b);

// A map of names, made for copying. Iterators are of one value, and end with a change of it.
class Files {
  using Page = std::map<std::string, File>;  // never empty
  using Pages = std::vector<std::shared_ptr<Page>>;

 public:
  using value_type = Page::value_type;

  class Iterator {
   public:
    using iterator_category = std::forward_iterator_tag;
    using value_type = Files::value_type;
    using difference_type = std::ptrdiff_t;
    using pointer = const value_type*;
    using reference = const value_type&;

    Iterator() = default;
    reference operator*() const { return *at_; }
    pointer operator->() const { return &*at_; }
    Iterator& operator++();
    Iterator operator++(int);
    bool operator==(const Iterator& other) const {
      return page_ == other.page_ && (page_ == pages_->size() || at_ == other.at_);
    }

   private:
    friend class Files;
    Iterator(const Pages& pages, std::size_t page);
    // At the first name of a page that both have: to the end of it.
    bool skip_shared(Iterator& other);
    bool ended() const { return page_ == pages_->size(); }

    const Pages* pages_ = nullptr;
    std::size_t page_ = 0;
    Page::const_iterator at_{};
  };

  Iterator begin() const { return {pages_, 0}; }
  Iterator end() const { return {pages_, pages_.size()}; }
  std::size_t size() const { return size_; }
  bool empty() const { return size_ == 0; }

  // Null if there is none.
  const File* find(const std::string& name) const;
  bool contains(const std::string& name) const { return find(name) != nullptr; }
  // It must be there.
  const File& at(const std::string& name) const;

  // In place of what had the name.
  void put(const std::string& name, File file);
  // False if it was not there.
  bool erase(const std::string& name);

  // Calls `differs` with each name that only one of the two has, or that has another version in
  // each (same_version). What both share is passed over without a look.
  static void compare(const Files& a, const Files& b,
                      const std::function<void(const std::string& name)>& differs);

 private:
  std::size_t page_of(const std::string& name) const;
  static Page& own(std::shared_ptr<Page>& page);

  Pages pages_;
  std::size_t size_ = 0;
};

}  // namespace fairlead::watch
