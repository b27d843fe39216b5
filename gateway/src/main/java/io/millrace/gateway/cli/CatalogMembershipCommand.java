package io.millrace.gateway.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.millrace.gateway.http.CatalogClient;
import picocli.CommandLine.Parameters;

/** A change of who is in a group. */
abstract class CatalogMembershipCommand extends CatalogCallCommand {
  private static final String PATCH = "urn:ietf:params:scim:api:messages:2.0:PatchOp";

  @Parameters(index = "0", paramLabel = "GROUP", description = "What grants call the group.")
  private String group = "";

  @Parameters(
      index = "1",
      paramLabel = "MEMBER",
      description = "A user, a group, or the application id of a service principal.")
  private String member = "";

  CatalogMembershipCommand(Console console) {
    super(console);
  }

  /** Writes one operation of a SCIM PATCH. */
  abstract void describe(ObjectNode operation, String memberId);

  /** What is so afterwards. */
  abstract String done(String groupName, String memberName);

  @Override
  final void run(CatalogClient catalog) {
    CatalogPrincipals principals = new CatalogPrincipals(catalog);
    JsonNode found = principals.require(CatalogPrincipals.Kind.GROUP, group);
    ObjectNode body = object();
    body.putArray("schemas").add(PATCH);
    describe(body.putArray("Operations").addObject(), principals.requireAny(member));
    JsonNode answer =
        catalog.patch(CatalogPrincipals.path(CatalogPrincipals.Kind.GROUP, found), body);
    if (json()) {
      print(answer);
    } else {
      say(done(text(found, "displayName"), member));
    }
  }
}
