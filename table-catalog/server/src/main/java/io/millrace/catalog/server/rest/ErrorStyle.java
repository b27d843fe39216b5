package io.millrace.catalog.server.rest;

import io.millrace.catalog.MillraceException;
import io.millrace.catalog.access.SecurableType;
import io.millrace.catalog.server.service.CatalogException;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** How an API tells of failures. */
public interface ErrorStyle {

  /** As Unity Catalog's REST API. */
  ErrorStyle UNITY =
      (failure, requestId) -> {
        UnityError error = UnityError.of(failure);
        return Reply.of(
            error.status(),
            Map.of(
                "error_code",
                error.code(),
                "message",
                failure.problem() + ". " + capitalized(failure.remedy()) + ".",
                "details",
                List.of(
                    Map.of(
                        "@type",
                        "google.rpc.ErrorInfo",
                        "reason",
                        error.code(),
                        "metadata",
                        Map.of("request_id", requestId)))));
      };

  /** An answer for a failure that was expected to happen now and then. */
  Reply reply(MillraceException failure, String requestId);

  private static String capitalized(String text) {
    return text.isEmpty() ? text : Character.toUpperCase(text.charAt(0)) + text.substring(1);
  }

  /** Status and code of a failure. */
  record UnityError(int status, String code) {
    /** What each of our codes is there. */
    public static UnityError of(MillraceException failure) {
      Optional<SecurableType> type =
          failure instanceof CatalogException about ? Optional.of(about.type()) : Optional.empty();
      return switch (failure.code()) {
        case ARGUMENT_INVALID, LOCATION_OVERLAPS, TYPE_UNSUPPORTED, PROPERTY_INVALID ->
            new UnityError(400, "INVALID_ARGUMENT");
        case UNAUTHENTICATED -> new UnityError(401, "UNAUTHENTICATED");
        case PERMISSION_DENIED -> new UnityError(403, "PERMISSION_DENIED");
        case SECURABLE_NOT_FOUND ->
            new UnityError(404, type.map(UnityError::noun).orElse("RESOURCE") + "_NOT_FOUND");
        case COLUMN_NOT_FOUND -> new UnityError(404, "COLUMN_NOT_FOUND");
        case SECURABLE_EXISTS ->
            new UnityError(400, type.map(UnityError::noun).orElse("RESOURCE") + "_ALREADY_EXISTS");
        case SECURABLE_NOT_EMPTY, PRINCIPAL_IN_USE, CONFIG_INVALID ->
            new UnityError(400, "FAILED_PRECONDITION");
        case SECURABLE_CHANGED -> new UnityError(409, "ABORTED");
        case PRINCIPAL_NOT_FOUND, TOKEN_NOT_FOUND -> new UnityError(404, "NOT_FOUND");
        case PRINCIPAL_EXISTS -> new UnityError(409, "ALREADY_EXISTS");
        case LIMIT_EXCEEDED -> new UnityError(413, "RESOURCE_EXHAUSTED");
        default -> new UnityError(500, "INTERNAL");
      };
    }

    private static String noun(SecurableType type) {
      return switch (type) {
        case STORAGE_CREDENTIAL -> "CREDENTIAL";
        case REGISTERED_MODEL -> "REGISTERED_MODEL";
        default -> type.name();
      };
    }
  }
}
