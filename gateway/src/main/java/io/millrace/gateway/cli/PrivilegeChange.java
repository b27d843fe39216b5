package io.millrace.gateway.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.millrace.catalog.ErrorCode;
import io.millrace.catalog.MillraceException;
import io.millrace.catalog.access.Privilege;
import io.millrace.gateway.http.CatalogClient;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Privileges that somebody is given, or that are taken away.
 *
 * @param field of the request: {@code add} or {@code remove}
 */
record PrivilegeChange(String field, Set<Privilege> privileges) {
  static final String DESCRIPTION =
      "Privileges have their names in Databricks and Unity Catalog, with blanks, underscores or"
          + " dashes: SELECT, MODIFY, \"USE SCHEMA\", use-catalog, ALL_PRIVILEGES.";

  PrivilegeChange {
    privileges = Set.copyOf(privileges);
  }

  static PrivilegeChange of(String field, List<String> names) {
    Set<Privilege> privileges = new LinkedHashSet<>();
    for (String name : names) {
      privileges.add(
          Privilege.ofWireName(name.replace('-', ' '))
              .orElseThrow(
                  () ->
                      new MillraceException(
                          ErrorCode.OPTION_INVALID,
                          "'%s' is no privilege".formatted(name),
                          "use one of "
                              + Arrays.stream(Privilege.values())
                                  .map(Privilege::wireName)
                                  .collect(Collectors.joining(", ")))));
    }
    return new PrivilegeChange(field, privileges);
  }

  /** Makes the change for one principal; what the server answers. */
  JsonNode send(CatalogClient catalog, CatalogSecurable on, String principal) {
    ObjectNode body = CatalogCallCommand.object();
    ObjectNode change = body.putArray("changes").addObject().put("principal", principal);
    ArrayNode names = change.putArray(field);
    privileges.stream().sorted().forEach(each -> names.add(each.wireName()));
    return catalog.patch(on.path("permissions"), body);
  }

  /** The privileges as people read them. */
  String words() {
    return privileges.stream().sorted().map(Privilege::wireName).collect(Collectors.joining(", "));
  }
}
