"""Where decoder and schema may differ, each with its reason. What nothing needs is an error."""

# The schema accepts it. (SAMPLE: PLACE CHANGE | MESSAGE; reason.) All that the decoder says must be
# here. A schema sees one document, and in it one place at a time.
BEYOND_SCHEMA = [
    (r"is not declared; add it under ", "a name that another place declares"),
    (r"the service `.*` does not exist$", "a name that another place declares"),
    (r"it shares with the service `.*`, which does not exist", "a name that another place declares"),
    (r"network_mode: unknown mode `service:.*`", "a name that another place declares"),
    (r"there is no service `.*` in ", "a name that another place declares"),
    (r"extends.* \| .*\.image: no image", "the image would come from the other service"),
    (r"extends.* \| .*: no `(test|condition)`", "it would come from the other service"),
    (r"^multi_document.* \| .*\.image: no image", "a part of a Compose file need not be whole"),
    (r"include.* \| (services: no services|neither an App nor)", "they would come from the file"),
    (r"there is no file ", "another file"),
    (r"`.*` leads out of the manifests directory", "where a path leads to"),
    (r"the variable .* is not set; set it in", "the environment"),
    (r"there is no credential ", "the environment"),
    (r"^include_long/input\.yaml: include\.0\.env_file.* \| .*\.image: not a tag", "the environment"),
    (r"the address .* is in no subnet of network", "arithmetic of addresses"),
    (r"`.*` is not an address in ", "arithmetic of addresses"),
    (r"IPv6 needs an IPv6 subnet", "arithmetic of addresses"),
    (r"a gateway or ip_range without a subnet", "an empty text is no subnet"),
    (r"`\w+` and `deploy` say different things", "two places"),
    (r"a container name needs two characters", "the length of a number's text"),
]

# The schema refuses it. (SAMPLE: PLACE CHANGE; reason)
# What is laid onto something else is judged by the decoder when that is done, as Compose does: a
# null then says nothing, a text becomes a list of one, and what is replaced is never looked at.
MERGED = [
    (r"^multi_document/input\.yaml: services", "the second document is laid onto the first"),
    (r"^extends_\w+/input\.yaml: services\.\w+\.(cap_add|ports|environment|image) = ",
     "the service is laid onto the one that it extends"),
    (r"^documents/extends\.yaml: services\.same\.(healthcheck|depends_on(\.other)?) = ",
     "the service is laid onto the one that it extends"),
]

# Mistakes of the decoder, which lets pass what means nothing.
DECODER_FAULTS = [
    (r"^(documents/process|env_file_list/input|label_file/input)\.yaml: "
     r".*\.(environment = None|labels = None|labels\.0 = '')",
     "load/service_files.cpp, read_files_into(): beside a file, what is refused alone goes through"),
]
