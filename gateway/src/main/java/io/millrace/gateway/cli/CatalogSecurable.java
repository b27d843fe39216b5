package io.millrace.gateway.cli;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.databind.JsonNode;
import io.millrace.catalog.ErrorCode;
import io.millrace.catalog.MillraceException;
import io.millrace.catalog.access.SecurableType;
import io.millrace.gateway.http.CatalogClient;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * What a person means by {@code [TYPE] NAME}.
 *
 * @param fullName with dots between its parts; of the metastore, its id
 */
record CatalogSecurable(SecurableType type, String fullName) {
  static final String UNITY = "/api/2.1/unity-catalog";
  static final String MILLRACE = "/api/2.1/millrace";

  /** What a name can be of, for the help of commands. */
  static final String DESCRIPTION =
      "TYPE is metastore (which has no name), catalog, schema, table, volume, function, model,"
          + " external-location or credential. Without it, a name of one part is a catalog's, of two"
          + " a schema's, of three what there is: a table or view, a volume, a function or a model.";

  /** What a name of three parts can be of, in the order in which it is looked for. */
  private static final List<SecurableType> IN_SCHEMAS =
      List.of(
          SecurableType.TABLE,
          SecurableType.VOLUME,
          SecurableType.FUNCTION,
          SecurableType.REGISTERED_MODEL);

  private static final Map<SecurableType, String> COLLECTIONS =
      new EnumMap<>(
          Map.of(
              SecurableType.CATALOG, "catalogs",
              SecurableType.SCHEMA, "schemas",
              SecurableType.TABLE, "tables",
              SecurableType.VOLUME, "volumes",
              SecurableType.FUNCTION, "functions",
              SecurableType.REGISTERED_MODEL, "models",
              SecurableType.EXTERNAL_LOCATION, "external-locations",
              SecurableType.STORAGE_CREDENTIAL, "credentials"));

  private static final Map<String, SecurableType> OTHER_WORDS =
      Map.of(
          "view", SecurableType.TABLE,
          "materialized_view", SecurableType.TABLE,
          "streaming_table", SecurableType.TABLE,
          "model", SecurableType.REGISTERED_MODEL,
          "database", SecurableType.SCHEMA,
          "location", SecurableType.EXTERNAL_LOCATION,
          "storage_credential", SecurableType.STORAGE_CREDENTIAL);

  CatalogSecurable {
    requireNonNull(type, "type is null");
    requireNonNull(fullName, "fullName is null");
  }

  /**
   * The one that is meant; asks the catalog where a name alone does not say what it is of.
   *
   * @param words a name, or a type and a name
   * @throws MillraceException OPTION_INVALID, SECURABLE_NOT_FOUND
   */
  static CatalogSecurable of(List<String> words, CatalogClient catalog) {
    if (words.size() > 2) {
      throw invalid(
          String.join(" ", words) + " is more than a type and a name", "name one thing at a time");
    }
    if (words.size() == 2) {
      SecurableType type = type(words.get(0));
      if (type == SecurableType.METASTORE) {
        throw invalid(
            "the metastore has no name, and %s is given".formatted(words.get(1)), "leave it out");
      }
      return new CatalogSecurable(type, words.get(1));
    }
    String name = words.get(0);
    if (name.equalsIgnoreCase(SecurableType.METASTORE.wireName())) {
      return new CatalogSecurable(
          SecurableType.METASTORE,
          catalog.get(UNITY + "/metastore_summary").path("metastore_id").asText());
    }
    int parts = name.split("\\.", -1).length;
    if (parts == 1) {
      return new CatalogSecurable(SecurableType.CATALOG, name);
    }
    if (parts == 2) {
      return new CatalogSecurable(SecurableType.SCHEMA, name);
    }
    return IN_SCHEMAS.stream()
        .map(type -> new CatalogSecurable(type, name))
        .filter(each -> each.find(catalog).isPresent())
        .findFirst()
        .orElseThrow(
            () ->
                new MillraceException(
                    ErrorCode.SECURABLE_NOT_FOUND,
                    "there is no table, volume, function or model %s that you may see"
                        .formatted(name),
                    "see what there is with millrace catalog list, or ask its owner for a"
                        + " privilege on it"));
  }

  private static SecurableType type(String word) {
    String wire = word.strip().toLowerCase(Locale.ROOT).replace('-', '_').replace(' ', '_');
    return SecurableType.ofWireName(wire)
        .or(() -> Optional.ofNullable(OTHER_WORDS.get(wire)))
        .orElseThrow(
            () ->
                invalid(
                    word + " is no type of securable",
                    "use metastore, catalog, schema, table, volume, function, model,"
                        + " external-location or credential"));
  }

  private static MillraceException invalid(String problem, String remedy) {
    return new MillraceException(ErrorCode.OPTION_INVALID, problem, remedy);
  }

  /** Its document, if it is there and may be seen. */
  Optional<JsonNode> find(CatalogClient catalog) {
    return catalog.find(path());
  }

  /** Where its document is. */
  String path() {
    return type == SecurableType.METASTORE
        ? UNITY + "/metastore_summary"
        : UNITY + "/" + COLLECTIONS.get(type) + "/" + CatalogClient.segment(fullName);
  }

  /** Where what is asked about it by type and name is. */
  String path(String what) {
    return "%s/%s/%s/%s".formatted(UNITY, what, type.wireName(), CatalogClient.segment(fullName));
  }

  /** What tags call its type, unless it can have none. */
  Optional<String> tagType() {
    return switch (type) {
      case METASTORE, EXTERNAL_LOCATION, STORAGE_CREDENTIAL -> Optional.empty();
      default -> Optional.ofNullable(COLLECTIONS.get(type));
    };
  }

  /** As people read it: {@code table main.sales.orders}. */
  String words() {
    return type == SecurableType.METASTORE ? "the metastore" : type.words() + " " + fullName;
  }
}
