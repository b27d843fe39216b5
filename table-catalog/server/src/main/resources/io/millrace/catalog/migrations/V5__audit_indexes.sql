-- Who did what, newest first.
CREATE INDEX audit_event_principal ON audit_event (principal, at);
CREATE INDEX audit_event_action ON audit_event (action, at);
CREATE INDEX audit_event_outcome ON audit_event (outcome, at);
