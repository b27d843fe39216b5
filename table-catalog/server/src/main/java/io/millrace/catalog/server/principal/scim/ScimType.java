package io.millrace.catalog.server.principal.scim;

import io.millrace.catalog.server.model.Principal;
import java.util.Arrays;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** The resources, and which attributes of theirs are kept. */
public enum ScimType {
  USER(
      "User",
      "Users",
      "urn:ietf:params:scim:schemas:core:2.0:User",
      Principal.Kind.USER,
      Map.of(
          "username", Kept.NAME,
          "displayname", Kept.DISPLAY_NAME,
          "externalid", Kept.EXTERNAL_ID,
          "active", Kept.ACTIVE)),
  GROUP(
      "Group",
      "Groups",
      "urn:ietf:params:scim:schemas:core:2.0:Group",
      Principal.Kind.GROUP,
      Map.of(
          "displayname", Kept.NAME,
          "externalid", Kept.EXTERNAL_ID,
          "members", Kept.MEMBERS)),
  SERVICE_PRINCIPAL(
      "ServicePrincipal",
      "ServicePrincipals",
      "urn:ietf:params:scim:schemas:core:2.0:ServicePrincipal",
      Principal.Kind.SERVICE_PRINCIPAL,
      Map.of(
          "applicationid", Kept.NAME,
          "displayname", Kept.DISPLAY_NAME,
          "externalid", Kept.EXTERNAL_ID,
          "active", Kept.ACTIVE));

  /** What an attribute is in a {@code PrincipalDraft}. */
  enum Kept {
    NAME,
    DISPLAY_NAME,
    EXTERNAL_ID,
    ACTIVE,
    MEMBERS
  }

  /** Told, and not changed by anybody who writes. */
  private static final Set<String> READ_ONLY = Set.of("id", "groups", "schemas", "meta");

  /** Of RFC 7643 or of Databricks; taken, so that identity providers get on, and not kept. */
  private static final Set<String> PASSED_OVER =
      Set.of(
          "name",
          "nickname",
          "profileurl",
          "title",
          "usertype",
          "preferredlanguage",
          "locale",
          "timezone",
          "emails",
          "phonenumbers",
          "ims",
          "photos",
          "addresses",
          "entitlements",
          "roles",
          "x509certificates");

  private final String resource;
  private final String endpoint;
  private final String schema;
  private final Principal.Kind kind;
  private final Map<String, Kept> kept;

  ScimType(
      String resource,
      String endpoint,
      String schema,
      Principal.Kind kind,
      Map<String, Kept> kept) {
    this.resource = resource;
    this.endpoint = endpoint;
    this.schema = schema;
    this.kind = kind;
    this.kept = kept;
  }

  /** {@code User} */
  public String resource() {
    return resource;
  }

  /** {@code Users}, as in the path. */
  public String endpoint() {
    return endpoint;
  }

  public String schema() {
    return schema;
  }

  public Principal.Kind kind() {
    return kind;
  }

  static ScimType of(Principal.Kind kind) {
    return Arrays.stream(values()).filter(type -> type.kind == kind).findFirst().orElseThrow();
  }

  /** What a write of an attribute changes, if anything. */
  Optional<Kept> kept(String attribute) {
    return Optional.ofNullable(kept.get(attribute.toLowerCase(Locale.ROOT)));
  }

  boolean isReadOnly(String attribute) {
    return READ_ONLY.contains(attribute.toLowerCase(Locale.ROOT));
  }

  boolean isPassedOver(String attribute) {
    return PASSED_OVER.contains(attribute.toLowerCase(Locale.ROOT));
  }

  boolean knows(String attribute) {
    return kept(attribute).isPresent() || isReadOnly(attribute) || isPassedOver(attribute);
  }

  /** The attribute that is unique, and that clients look for. */
  String nameAttribute() {
    return switch (this) {
      case USER -> "userName";
      case GROUP -> "displayName";
      case SERVICE_PRINCIPAL -> "applicationId";
    };
  }
}
