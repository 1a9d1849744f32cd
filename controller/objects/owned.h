// What an engine's object says of itself: labels, names and state. Every room asks for it here.
//
// Labels alone prove nothing, since anybody may copy them (F117): owned() is one condition of many,
// and guard/removal.h has the rest.
//
// Pure: all of it is decided from the object alone, without the inventory and without the engine.
// State words are Docker's: created, running, paused, restarting, removing, exited, dead.
#pragma once

#include <string>
#include <string_view>

#include "docker/types.h"
#include "model/app.h"

namespace fairlead::controller {

// The value of a label; empty if there is none.
std::string label(const docker::Labels& labels, std::string_view key);

// The App key in an object's labels (key.h); empty if it has none.
std::string app_of(const docker::Labels& labels);
// Likewise of a container's event, whose attributes hold its labels.
std::string app_of(const docker::StringMap& attributes);

// True if the labels say that the object is this installation's, of this App (F117). Never with an
// empty instance, which would make everybody's unlabelled objects ours.
bool owned(const docker::Labels& labels, const std::string& instance, const std::string& app);

// Which replica of its service it is, from 1; 1 if its label says nothing. From a label, so it may
// be any number that somebody wrote.
int number_of(const docker::Container& container);

// A container of one `pre_start` step, not of a service, though it carries that service's labels
// (plan/hooks.h): who counts a service's containers leaves it out.
bool is_hook(const docker::Container& container);

// It has processes, or is about to: running, paused, restarting. By the state's word and not by the
// engine's `Running`, which a crash loop has too (F033).
bool up(const docker::Container& container);

// Names around a replacement: of the new one before the switch, of the old one after it. They
// follow from the service, so they never grow (F048), and belong to it in the manifest too
// (model/check/clashes.h).
std::string next_name(const std::string& name);
std::string prev_name(const std::string& name);

// Newest generation, then newest, then ID: a strict order, so that every pass picks the same one.
bool newer(const docker::Container& a, const docker::Container& b);

// The recorded hash equals the manifest's. A hash of another version can't be compared: true
// (F092). Then the fields alone decide (diff/container.h).
bool hash_matches(const model::App& app, const model::Service& service,
                  const docker::Container& container);

}  // namespace fairlead::controller
