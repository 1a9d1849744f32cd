"""The decoder's tables of keys beside the schema's: the same keys on both sides."""
import re

TABLE = re.compile(r"constexpr (Key<\w+(?:::\w+)?>|SettingKey|Refused) (k\w+)\[\] = \{(.*?)\n? *\};",
                   re.DOTALL)
ROW = re.compile(r'\{"([\w-]+)",')

SERVICE, DEPLOY, COMPOSE = "service.schema.json", "deploy.schema.json", "compose.schema.json"
MOUNT, POLICY = "mounts-and-ports.schema.json", "policy.schema.json"
LIMITS = "/properties/resources/properties"

# By source and table: where the schema has these keys. Several places together have them all.
PLACES = {
    "manifest.cpp kMetadataKeys": [("values.schema.json", "/$defs/metadata")],
    "manifest.cpp kBehaviourKeys": [(COMPOSE, "/properties/x-fairlead")],
    "manifest.cpp kSpecKeys": [("app.schema.json", "/$defs/spec")],
    "manifest.cpp kComposeKeys": [(COMPOSE, "")],
    "decode/service.cpp kDependencyKeys": [(SERVICE, "/$defs/dependencies/additionalProperties")],
    "decode/service.cpp kHealthKeys": [(SERVICE, "/$defs/healthcheck")],
    "decode/service.cpp kServiceKeys + decode/settings.cpp kSettings": [(SERVICE, "")],
    "decode/hooks.cpp kHookKeys": [(SERVICE, "/$defs/containerHook"), (SERVICE, "/$defs/hook")],
    "decode/settings.cpp kUlimitKeys": [(SERVICE, "/$defs/ulimit")],
    "decode/settings.cpp kDeviceKeys": [(SERVICE, "/$defs/device")],
    "decode/settings.cpp kLoggingKeys": [(SERVICE, "/$defs/logging")],
    "decode/settings.cpp kThrottleKeys": [(SERVICE, "/$defs/deviceWeight"),
                                          (SERVICE, "/$defs/deviceRate")],
    "decode/settings.cpp kBlkioKeys": [(SERVICE, "/$defs/blkio")],
    "decode/settings.cpp kDeviceRequestKeys": [(SERVICE, "/$defs/deviceRequests/items")],
    "decode/deploy.cpp kLimitKeys": [(DEPLOY, LIMITS + "/limits")],
    "decode/deploy.cpp kReservationKeys": [(DEPLOY, LIMITS + "/reservations")],
    "decode/deploy.cpp kResourceKeys": [(DEPLOY, "/properties/resources")],
    "decode/deploy.cpp kRestartPolicyKeys": [(DEPLOY, "/properties/restart_policy")],
    "decode/deploy.cpp kRollKeys": [(DEPLOY, "/$defs/roll")],
    "decode/deploy.cpp kDeployKeys": [(DEPLOY, "")],
    "decode/files.cpp kFileKeys": [(COMPOSE, "/$defs/config"), (COMPOSE, "/$defs/secret")],
    "decode/files.cpp kFileMountKeys": [(SERVICE, "/$defs/files/items")],
    "decode/mounts.cpp kBindKeys": [(MOUNT, "/$defs/mount/properties/bind")],
    "decode/mounts.cpp kVolumeOptionKeys": [(MOUNT, "/$defs/mount/properties/volume")],
    "decode/mounts.cpp kImageKeys": [(MOUNT, "/$defs/mount/properties/image")],
    "decode/mounts.cpp kTmpfsKeys": [(MOUNT, "/$defs/mount/properties/tmpfs")],
    "decode/mounts.cpp kMountKeys": [(MOUNT, "/$defs/mount")],
    "decode/networks.cpp kKeys": [(COMPOSE, "/$defs/external")],
    "decode/networks.cpp kPoolKeys": [(COMPOSE, "/$defs/ipam/properties/config/items")],
    "decode/networks.cpp kIpamKeys": [(COMPOSE, "/$defs/ipam")],
    "decode/networks.cpp kNetworkKeys": [(COMPOSE, "/$defs/network")],
    "decode/networks.cpp kVolumeKeys": [(COMPOSE, "/$defs/volume")],
    "decode/networks.cpp kEndpointKeys": [(SERVICE, "/$defs/endpoint")],
    "decode/ports.cpp kPortKeys": [(MOUNT, "/$defs/port")],
    "load/service_files.cpp kEnvFileKeys": [(SERVICE, "/$defs/variableFiles/items")],
    "host_access.cpp kAllowanceKeys": [(POLICY, "/properties/allow/items")],
    "host_access.cpp kPolicyKeys": [(POLICY, "")],
}
# Read by the loader, before the tables.
BEFORE = {
    "manifest.cpp kSpecKeys": {"include"},
    "manifest.cpp kComposeKeys": {"include"},
    "decode/service.cpp kServiceKeys + decode/settings.cpp kSettings":
        {"extends", "env_file", "label_file"},
}
# The keys of a Network's spec, from two tables.
NETWORK_SPEC = ("decode/networks.cpp kNetworkKeys", {"suspend", "prune", "networkRecreate"})


def tables_in(folder):
    """({"FILE TABLE": keys}, {"FILE TABLE": refused keys})."""
    keys, refused = {}, {}
    for path in sorted(folder.rglob("*.cpp")):
        for kind, name, rows in TABLE.findall(path.read_text(encoding="utf-8")):
            into = refused if kind == "Refused" else keys
            into[f"{path.relative_to(folder)} {name}"] = set(ROW.findall(rows))
    return keys, refused


def problems(schemas, folder):
    keys, refused = tables_in(folder)
    out, used = [], set()
    for tables, places in PLACES.items():
        names = tables.split(" + ")
        used.update(names)
        missing = [name for name in names if name not in keys]
        if missing:
            out.append(f"{missing}: no such table in {folder}")
            continue
        read = set().union(*(keys[name] for name in names)) | BEFORE.get(tables, set())
        shown = set().union(*(schemas.at(*place)["properties"] for place in places))
        out += [f"{tables}: `{key}` is not in {places[0][0]}" for key in sorted(read - shown)]
        out += [f"{tables}: `{key}` is in {places[0][0]} only" for key in sorted(shown - read)]
    out += [f"{name}: a table that PLACES does not know" for name in sorted(set(keys) - used)]
    spec = set(schemas.at("network.schema.json", "/properties/spec")["properties"])
    if spec != keys[NETWORK_SPEC[0]] | NETWORK_SPEC[1]:
        out.append(f"network.schema.json: {sorted(spec ^ (keys[NETWORK_SPEC[0]] | NETWORK_SPEC[1]))}")
    return out + still_refused(schemas, refused)


# Refused tables that belong to one mapping of the schema.
REFUSED_IN = {
    "manifest.cpp kRefusedTopKeys": (COMPOSE, ""),
    "decode/service.cpp kRefusedServiceKeys": (SERVICE, ""),
    "decode/deploy.cpp kRefusedReservations": (DEPLOY, LIMITS + "/reservations"),
    "decode/deploy.cpp kRefusedDeploy": (DEPLOY, ""),
    "decode/files.cpp kRefusedFileKeys": (COMPOSE, "/$defs/secret"),
}


def still_refused(schemas, refused):
    out = []
    for name, keys in refused.items():
        if name not in REFUSED_IN:
            out.append(f"{name}: a table that REFUSED_IN does not know")
            continue
        shown = set(schemas.at(*REFUSED_IN[name])["properties"])
        out += [f"{name}: `{key}` is refused, and in the schema" for key in sorted(keys & shown)]
    return out
