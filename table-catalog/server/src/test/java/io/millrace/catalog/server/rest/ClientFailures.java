package io.millrace.catalog.server.rest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.unitycatalog.client.ApiException;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;

/** What the official client says when a call fails. */
final class ClientFailures {
  private ClientFailures() {}

  static void assertFails(int status, String code, ThrowingCallable call) {
    assertFails(status, code, "", call);
  }

  static void assertFails(int status, String code, String words, ThrowingCallable call) {
    assertThatThrownBy(call)
        .isInstanceOfSatisfying(
            ApiException.class,
            e -> {
              assertThat(e.getResponseBody())
                  .contains("\"error_code\":\"" + code + "\"")
                  .contains(words);
              assertThat(e.getCode()).isEqualTo(status);
            });
  }

  /** A body without what differs from request to request. */
  static String withoutRequest(String body) {
    return body.replaceAll("\"request_id\":\"[^\"]*\"", "");
  }
}
