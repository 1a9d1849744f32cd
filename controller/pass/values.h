// The values that a pass is decided from, with the names of their members: what recording.h writes.
//
// A member that is missing here would be missing in every recording, and a replay would plan
// something else: `complete` below refuses to compile then.
//
// To add a member to a type that is listed here: add it to the line as well. To add a type: a line,
// if a member of PassInput can reach it. Types that are no aggregates (Masks) or hold a seam
// (HostFiles) have their own way in codec.h.
//
// The names here are those in recordings. A member that is renamed, or means something else from
// now on, raises kForm (recording.cpp); one that is added makes older recordings incomplete, and
// read_recording() says which is missing.
#pragma once

#include <boost/describe/class.hpp>
#include <boost/describe/members.hpp>
#include <boost/mp11/list.hpp>
#include <boost/pfr/tuple_size.hpp>

#include "controller/pass/input.h"
#include "model/app.h"
#include "model/host_access.h"

namespace fairlead::model {

BOOST_DESCRIBE_STRUCT(Position, (), (file, line, column))
BOOST_DESCRIBE_STRUCT(IpamPool, (), (subnet, gateway, ip_range, aux_addresses))
BOOST_DESCRIBE_STRUCT(Network, (),
                      (key, docker_name, external, driver, driver_opts, internal, attachable,
                       enable_ipv4, enable_ipv6, config_only, config_from, labels, ipam_driver,
                       ipam_options, ipam, position))
BOOST_DESCRIBE_STRUCT(Volume, (),
                      (key, docker_name, external, driver, driver_opts, labels, position))
BOOST_DESCRIBE_STRUCT(Endpoint, (),
                      (network, aliases, ipv4_address, ipv6_address, link_local_ips, mac_address,
                       driver_opts, priority, gw_priority, interface_name, position))
BOOST_DESCRIBE_STRUCT(Port, (),
                      (target, published, host_ip, protocol, mode, name, app_protocol, position))
BOOST_DESCRIBE_STRUCT(Mount, (),
                      (type, source, target, read_only, propagation, recursive, selinux,
                       create_host_path, nocopy, subpath, labels, tmpfs_size, tmpfs_mode, position))
BOOST_DESCRIBE_STRUCT(Healthcheck, (),
                      (disable, test, interval, timeout, start_period, start_interval, retries))
BOOST_DESCRIBE_STRUCT(File, (),
                      (key, secret, name, path, host_path, environment, credential, content, digest,
                       position))
BOOST_DESCRIBE_STRUCT(FileMount, (), (source, secret, target, uid, gid, mode, position))
BOOST_DESCRIBE_STRUCT(Dependency, (), (service, condition, restart, required, position))
BOOST_DESCRIBE_STRUCT(RestartPolicy, (), (name, max_attempts))
BOOST_DESCRIBE_STRUCT(PullPolicy, (), (when, every, text))
BOOST_DESCRIBE_STRUCT(Hook, (),
                      (command, image, user, working_dir, privileged, per_replica, environment))
BOOST_DESCRIBE_STRUCT(Deploy, (),
                      (replicas, nano_cpus, memory, pids, memory_reservation, restart, start_first,
                       parallelism, written))
BOOST_DESCRIBE_STRUCT(Service, (),
                      (name, number, named, container_name, image, built, pull, profiles, scale,
                       deploy, settings, command, entrypoint, environment, labels, ports, mounts,
                       files, endpoints, network_mode, restart, depends_on, healthcheck, pre_start,
                       post_start, pre_stop, user, working_dir, hostname, init, stop_grace_period,
                       extra_hosts, cap_add, cap_drop, privileged, read_only, mem_limit, nano_cpus,
                       pids_limit, position))
BOOST_DESCRIBE_STRUCT(App, (),
                      (name, prefix, enveloped, labels, annotations, suspend, prune,
                       network_recreate, recreate_volumes, retries, services, networks, volumes,
                       files, profiles, unsupported, masks, position, file, digest))
BOOST_DESCRIBE_STRUCT(Allowance, (),
                      (apps, files, privileged, engine_socket, foreign_containers, host_namespaces,
                       capabilities, devices, bind_mounts, security_opts, sysctls, annotations,
                       runtimes, cgroup_parents, log_drivers, network_drivers, volume_drivers,
                       volume_types, host_interfaces, external_objects, oom_protection))
BOOST_DESCRIBE_STRUCT(HostAccess, (),
                      (allow, trust_directory_owner, manifests_root, engine_sockets, host))

}  // namespace fairlead::model

namespace fairlead::docker {

BOOST_DESCRIBE_STRUCT(EngineInfo, (), (id, name, version, api_version, os, ncpu))
BOOST_DESCRIBE_STRUCT(IpamConfig, (), (subnet, gateway, ip_range, aux_addresses))
BOOST_DESCRIBE_STRUCT(Network::Member, (), (container_id, name, ipv4, mac))
BOOST_DESCRIBE_STRUCT(Network, (),
                      (id, name, created, scope, driver, options, labels, internal, attachable,
                       enable_ipv6, config_only, config_from, ipam_driver, ipam_options, ipam,
                       members))
BOOST_DESCRIBE_STRUCT(Endpoint, (),
                      (network_name, network_id, endpoint_id, aliases, ip_address, ipv4_configured,
                       ipv6_configured, ipv6_address, link_local_ips, mac_address, gateway))
BOOST_DESCRIBE_STRUCT(PortBinding, (), (container_port, protocol, host_ip, host_port))
BOOST_DESCRIBE_STRUCT(MountSpec, (),
                      (type, source, target, read_only, propagation, create_mountpoint, nocopy,
                       tmpfs_size, tmpfs_mode, recursive, subpath, labels))
BOOST_DESCRIBE_STRUCT(RestartPolicy, (), (name, max_attempts))
BOOST_DESCRIBE_STRUCT(ExecSpec, (), (command, user, working_dir, privileged, env))
BOOST_DESCRIBE_STRUCT(MountedVolume, (), (name, target))
BOOST_DESCRIBE_STRUCT(Container, (),
                      (id, name, created, image, image_id, labels, state, running, paused,
                       oom_killed, pid, exit_code, error, started_at, finished_at, health,
                       restart_count, command, entrypoint, env, user, working_dir, hostname,
                       network_mode, restart, memory, nano_cpus, pids_limit, privileged, read_only,
                       ports, mounts, volumes, endpoints, settings))
BOOST_DESCRIBE_STRUCT(Volume, (), (name, driver, options, labels, created))

}  // namespace fairlead::docker

namespace fairlead {

BOOST_DESCRIBE_STRUCT(Error, (), (error_class, reason, message, hint))

}  // namespace fairlead

namespace fairlead::controller {

BOOST_DESCRIBE_STRUCT(ObservedContainer, (), (details, stopped_by_hand, uncertain))
BOOST_DESCRIBE_STRUCT(Observed, (), (engine, now, containers, networks, volumes))
BOOST_DESCRIBE_STRUCT(ContainerHooks, (), (post_start, pre_stop, due))
BOOST_DESCRIBE_STRUCT(KnownImage, (), (id, due))
BOOST_DESCRIBE_STRUCT(Runs, (), (starts, failures, again))
BOOST_DESCRIBE_STRUCT(LastEnd, (), (finished_at, seen, output))
BOOST_DESCRIBE_STRUCT(Reading, (), (field, wanted, got))
BOOST_DESCRIBE_STRUCT(Memory, (),
                      (contended, hooks, images, volumes, restarted, missing_volumes, runs, ends,
                       readings, unread, fresh, generation))
BOOST_DESCRIBE_STRUCT(Policy, (),
                      (instance, may_remove, recently_left, app_gone, declared_networks, access))
BOOST_DESCRIBE_STRUCT(Refusal, (), (error, kind, component, object, position))
BOOST_DESCRIBE_STRUCT(PassInput, (), (key, app, refused, observed, policy, memory, refusals))

// With pointers to members: base classes have none here, and none of these types has any.
template <typename T>
using MembersOf = boost::describe::describe_members<T, boost::describe::mod_public>;

// All members of T are named above.
template <typename T>
inline constexpr bool complete =
    boost::mp11::mp_size<MembersOf<T>>::value == boost::pfr::tuple_size_v<T>;

}  // namespace fairlead::controller
