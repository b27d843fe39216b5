package io.millrace.gateway.http;

import com.fasterxml.jackson.databind.JsonNode;
import io.millrace.catalog.ErrorCode;
import io.millrace.catalog.MillraceException;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What a catalog's error body says: of Unity Catalog's REST API, {@code error_code} and {@code
 * message}; of SCIM, {@code detail}.
 */
final class Refusal {
  private static final String TOKENS = " /api/2.0/token";

  /** Our servers say what to do in the sentence after the first. */
  private static final Pattern SENTENCES = Pattern.compile("(?s)(.+?)\\.\\s+(\\p{Lu}.*?)\\.?");

  private Refusal() {}

  /**
   * The failure, with the code that is ours for it and the server's own behind its words.
   *
   * @param asked method and path
   * @return empty if the body is none of the two
   */
  static Optional<MillraceException> of(String asked, int status, JsonNode body) {
    String code = body.path("error_code").asText("");
    String message = body.path("message").asText("the server refuses " + asked);
    if (!code.isEmpty()) {
      return Optional.of(failure(ofUnity(asked, status, code), message, code));
    }
    String detail = body.path("detail").asText("");
    if (!detail.isEmpty()) {
      String type = body.path("scimType").asText("");
      return Optional.of(
          failure(ofScim(status, type), detail, type.isEmpty() ? "HTTP " + status : type));
    }
    return Optional.empty();
  }

  private static MillraceException failure(ErrorCode code, String message, String serverCode) {
    Matcher sentences = SENTENCES.matcher(message);
    boolean both = sentences.matches();
    return new MillraceException(
        code,
        "%s (%s)"
            .formatted(both ? sentences.group(1) : message.replaceFirst("\\.$", ""), serverCode),
        both
            ? Character.toLowerCase(sentences.group(2).charAt(0)) + sentences.group(2).substring(1)
            : remedy(code));
  }

  private static ErrorCode ofUnity(String asked, int status, String code) {
    return switch (code) {
      case "UNAUTHENTICATED" -> ErrorCode.UNAUTHENTICATED;
      case "PERMISSION_DENIED" -> ErrorCode.PERMISSION_DENIED;
      case "INVALID_ARGUMENT" -> ErrorCode.ARGUMENT_INVALID;
      case "FAILED_PRECONDITION" -> ErrorCode.SECURABLE_NOT_EMPTY;
      case "ABORTED" -> ErrorCode.SECURABLE_CHANGED;
      case "RESOURCE_EXHAUSTED" -> ErrorCode.LIMIT_EXCEEDED;
      case "ALREADY_EXISTS" -> ErrorCode.PRINCIPAL_EXISTS;
      case "NOT_FOUND" ->
          asked.contains(TOKENS) ? ErrorCode.TOKEN_NOT_FOUND : ErrorCode.PRINCIPAL_NOT_FOUND;
      default -> {
        if (code.endsWith("_NOT_FOUND")) {
          yield ErrorCode.SECURABLE_NOT_FOUND;
        }
        if (code.endsWith("_ALREADY_EXISTS")) {
          yield ErrorCode.SECURABLE_EXISTS;
        }
        yield status < 500 ? ErrorCode.ARGUMENT_INVALID : ErrorCode.INTERNAL;
      }
    };
  }

  private static ErrorCode ofScim(int status, String type) {
    return switch (status) {
      case 401 -> ErrorCode.UNAUTHENTICATED;
      case 403 -> ErrorCode.PERMISSION_DENIED;
      case 404 -> ErrorCode.PRINCIPAL_NOT_FOUND;
      case 409 ->
          type.equals("uniqueness") ? ErrorCode.PRINCIPAL_EXISTS : ErrorCode.PRINCIPAL_IN_USE;
      case 413 -> ErrorCode.LIMIT_EXCEEDED;
      default -> status < 500 ? ErrorCode.ARGUMENT_INVALID : ErrorCode.INTERNAL;
    };
  }

  /** For SCIM's errors, which have no place for one. */
  private static String remedy(ErrorCode code) {
    return switch (code) {
      case UNAUTHENTICATED -> "use a token that is valid";
      case PERMISSION_DENIED -> "ask a metastore admin to do it, or for the membership";
      case PRINCIPAL_NOT_FOUND -> "see which there are: millrace catalog user list, group list";
      case PRINCIPAL_EXISTS -> "choose another name; users, groups and jobs share theirs";
      case PRINCIPAL_IN_USE -> "give what it owns to somebody else first; one admin must stay";
      case INTERNAL -> "see the log of the server";
      default -> "correct the command";
    };
  }
}
