package io.millrace.catalog.flink.procedure;

import io.millrace.catalog.ErrorCode;
import io.millrace.catalog.MillraceException;
import io.millrace.catalog.access.Privilege;
import io.millrace.catalog.access.SecurableType;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/** Texts that procedures about privileges are called with, as what they mean. */
final class AccessArguments {
  private AccessArguments() {}

  /** {@code table}, {@code external location}; a view is a table. */
  static SecurableType type(String text) {
    String name = text.strip().toLowerCase(Locale.ROOT).replace(' ', '_');
    String known =
        switch (name) {
          case "view", "materialized_view", "streaming_table" -> "table";
          case "database" -> "schema";
          case "model" -> "registered_model";
          case "storage_credential" -> "credential";
          default -> name;
        };
    return SecurableType.ofWireName(known)
        .orElseThrow(
            () ->
                invalid(
                    "'%s' is no type of securable".formatted(text),
                    Arrays.stream(SecurableType.values()).map(SecurableType::wireName).toList()));
  }

  /** Privileges with commas between them, as the API names them. */
  static List<String> privileges(String text) {
    return Arrays.stream(text.split(",", -1)).map(AccessArguments::privilege).toList();
  }

  private static String privilege(String text) {
    return Privilege.ofWireName(text)
        .map(Privilege::wireName)
        .orElseThrow(
            () ->
                invalid(
                    "'%s' is no privilege".formatted(text.strip()),
                    Arrays.stream(Privilege.values()).map(Privilege::wireName).toList()));
  }

  private static MillraceException invalid(String problem, List<String> known) {
    return new MillraceException(
        ErrorCode.OPTION_INVALID,
        problem,
        "use one of " + known.stream().collect(Collectors.joining(", ")));
  }
}
