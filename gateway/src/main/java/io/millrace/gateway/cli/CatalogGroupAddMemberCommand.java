package io.millrace.gateway.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import picocli.CommandLine.Command;

/** Puts somebody into a group. */
@Command(
    name = "add-member",
    header = "Put a user, a group or a service principal into a group.",
    footer = {"", "Examples:", "  millrace catalog group add-member analysts ann@example.com"})
final class CatalogGroupAddMemberCommand extends CatalogMembershipCommand {

  CatalogGroupAddMemberCommand(Console console) {
    super(console);
  }

  @Override
  void describe(ObjectNode operation, String memberId) {
    operation.put("op", "add").put("path", "members");
    operation.putArray("value").addObject().put("value", memberId);
  }

  @Override
  String done(String groupName, String memberName) {
    return "%s is in %s".formatted(memberName, groupName);
  }
}
