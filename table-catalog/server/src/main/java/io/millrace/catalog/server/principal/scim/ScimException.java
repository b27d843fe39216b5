package io.millrace.catalog.server.principal.scim;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.millrace.catalog.ErrorCode;
import io.millrace.catalog.MillraceException;
import java.util.Optional;

/** A failure with the status and {@code scimType} that RFC 7644, section 3.12, has for it. */
public final class ScimException extends MillraceException {
  private static final String SCHEMA = "urn:ietf:params:scim:api:messages:2.0:Error";

  private final int status;
  private final Optional<String> scimType;

  private ScimException(
      ErrorCode code, int status, Optional<String> scimType, String problem, String remedy) {
    super(code, problem, remedy);
    this.status = status;
    this.scimType = scimType;
  }

  private static ScimException invalid(String scimType, String problem, String remedy) {
    return new ScimException(
        ErrorCode.ARGUMENT_INVALID, 400, Optional.of(scimType), problem, remedy);
  }

  static ScimException invalidFilter(String problem) {
    return invalid("invalidFilter", problem, "write a filter as RFC 7644, section 3.4.2.2, has it");
  }

  static ScimException invalidPath(String problem) {
    return invalid("invalidPath", problem, "name an attribute of the resource");
  }

  static ScimException invalidSyntax(String problem) {
    return invalid("invalidSyntax", problem, "write the request as RFC 7644 has it");
  }

  static ScimException invalidValue(String problem) {
    return invalid("invalidValue", problem, "give a value of the attribute's type");
  }

  static ScimException mutability(String problem) {
    return invalid("mutability", problem, "leave it as it is");
  }

  static ScimException noTarget(String problem) {
    return invalid("noTarget", problem, "say by path what is meant");
  }

  /** What another failure is to a SCIM client. */
  public static ScimException of(MillraceException e) {
    if (e instanceof ScimException known) {
      return known;
    }
    int status =
        switch (e.code()) {
          case UNAUTHENTICATED -> 401;
          case PERMISSION_DENIED -> 403;
          case PRINCIPAL_NOT_FOUND, SECURABLE_NOT_FOUND -> 404;
          case PRINCIPAL_EXISTS, PRINCIPAL_IN_USE -> 409;
          case LIMIT_EXCEEDED -> 413;
          case ARGUMENT_INVALID -> 400;
          default -> 500;
        };
    Optional<String> type =
        switch (e.code()) {
          case PRINCIPAL_EXISTS -> Optional.of("uniqueness");
          case ARGUMENT_INVALID -> Optional.of("invalidValue");
          default -> Optional.empty();
        };
    // What went wrong inside is for the log, and not for whoever called.
    String problem = status == 500 ? "the request failed" : e.problem();
    return new ScimException(e.code(), status, type, problem, e.remedy());
  }

  public int status() {
    return status;
  }

  public Optional<String> scimType() {
    return scimType;
  }

  /** The body of the response. */
  public ObjectNode toJson() {
    ObjectNode body = JsonNodeFactory.instance.objectNode();
    body.putArray("schemas").add(SCHEMA);
    scimType.ifPresent(type -> body.put("scimType", type));
    return body.put("detail", problem()).put("status", Integer.toString(status));
  }
}
