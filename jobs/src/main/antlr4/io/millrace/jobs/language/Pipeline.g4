/*
 * One statement of a pipeline's SQL file: the Lakeflow / Spark Declarative Pipelines grammar.
 *
 * Written so that one token of lookahead decides nearly everywhere: then the tokens that could have
 * stood in place of a wrong one are exactly those that a person would expect. Queries, conditions
 * and types are Flink SQL; here they are only balanced tokens in which relations are found.
 */
grammar Pipeline;

options {
  caseInsensitive = true;
}

statement
  : CREATE (OR (REFRESH | REPLACE))? PRIVATE? (dataset | flow) EOF
  | applyChanges EOF
  ;

dataset
  : datasetKind relationName items? clause* AS query
  ;

datasetKind
  : STREAMING LIVE? (TABLE | VIEW)
  | MATERIALIZED VIEW
  | (TEMPORARY | TEMP) (STREAMING)? LIVE? VIEW
  | LIVE (TABLE | VIEW)
  ;

// Known, so that it can be refused by name.
flow
  : FLOW anything*
  ;

applyChanges
  : APPLY CHANGES anything*
  ;

items
  : '(' item (',' item)* ')'
  ;

item
  : CONSTRAINT identifier (expectation | primaryKey)
  | primaryKey
  | column
  ;

expectation
  : EXPECT '(' condition ')' (ON VIOLATION (DROP ROW | FAIL UPDATE))?
  ;

condition
  : expressionElement+
  ;

expressionElement
  : '(' expressionElement* ')'
  | ~('(' | ')' | ';' | CREATE)
  ;

primaryKey
  : PRIMARY KEY '(' identifier (',' identifier)* ')' (NOT ENFORCED)?
  ;

column
  : identifier dataType columnOption*
  ;

columnOption
  : NOT NULL
  | NULL
  | COMMENT string
  ;

dataType
  : typeWord typePart*
  ;

typePart
  : typeWord
  | '(' typeInner* ')'
  | '<' typeInner* '>'
  ;

typeInner
  : '(' typeInner* ')'
  | '<' typeInner* '>'
  | ~('(' | ')' | '<' | '>' | ';' | CREATE | AS)
  ;

typeWord
  : IDENTIFIER | ROW | WITH | LIVE
  ;

clause
  : partitionedBy
  | clusterBy
  | COMMENT string
  | TBLPROPERTIES '(' property (',' property)* ')'
  ;

partitionedBy
  : PARTITIONED BY '(' expressionElement* ')'
  ;

clusterBy
  : CLUSTER BY (AUTO | '(' expressionElement* ')')
  ;

property
  : propertyName '=' literal
  ;

propertyName
  : string
  | identifier (('.' | '-') identifier)*
  ;

query
  : (SELECT | WITH | VALUES | '(' queryElement* ')') queryElement*
  ;

queryElement
  : streamed
  | sourceFunction
  | '(' queryElement* ')'
  | ~('(' | ')' | ';' | CREATE | STREAM | READ_KAFKA | READ_FILES)
  ;

streamed
  : STREAM ('(' relation ')' | relation)
  ;

relation
  : sourceFunction
  | relationName
  ;

relationName
  : identifier ('.' identifier)*
  ;

sourceFunction
  : (READ_KAFKA | READ_FILES) '(' (argument (',' argument)*)? ')'
  ;

argument
  : (argumentName '=>')? literal
  ;

argumentName
  : identifier ('.' identifier)*
  ;

literal
  : string
  | ('-' | '+')? NUMBER
  | TRUE
  | FALSE
  ;

string
  : STRING
  ;

identifier
  : IDENTIFIER
  | QUOTED_IDENTIFIER
  | nonReserved
  ;

nonReserved
  : APPLY | AUTO | BY | CDC | CHANGES | CLUSTER | COMMENT | DROP | ENFORCED | EXPECT | FAIL | FLOW
  | INTO | KEY | LIVE | MATERIALIZED | ON | OR | PARTITIONED | PRIVATE | REFRESH | REPLACE | ROW
  | STREAMING | TABLE | TBLPROPERTIES | TEMP | TEMPORARY | UPDATE | VIEW | VIOLATION
  ;

anything
  : ~CREATE
  ;

APPLY : 'APPLY';
AS : 'AS';
AUTO : 'AUTO';
BY : 'BY';
CDC : 'CDC';
CHANGES : 'CHANGES';
CLUSTER : 'CLUSTER';
COMMENT : 'COMMENT';
CONSTRAINT : 'CONSTRAINT';
CREATE : 'CREATE';
DROP : 'DROP';
ENFORCED : 'ENFORCED';
EXPECT : 'EXPECT';
FAIL : 'FAIL';
FALSE : 'FALSE';
FLOW : 'FLOW';
INTO : 'INTO';
KEY : 'KEY';
LIVE : 'LIVE';
MATERIALIZED : 'MATERIALIZED';
NOT : 'NOT';
NULL : 'NULL';
ON : 'ON';
OR : 'OR';
PARTITIONED : 'PARTITIONED';
PRIMARY : 'PRIMARY';
PRIVATE : 'PRIVATE';
READ_FILES : 'READ_FILES';
READ_KAFKA : 'READ_KAFKA';
REFRESH : 'REFRESH';
REPLACE : 'REPLACE';
ROW : 'ROW';
SELECT : 'SELECT';
STREAM : 'STREAM';
STREAMING : 'STREAMING';
TABLE : 'TABLE';
TBLPROPERTIES : 'TBLPROPERTIES';
TEMP : 'TEMP';
TEMPORARY : 'TEMPORARY';
TRUE : 'TRUE';
UPDATE : 'UPDATE';
VALUES : 'VALUES';
VIEW : 'VIEW';
VIOLATION : 'VIOLATION';
WITH : 'WITH';

ARROW : '=>';
LEFT : '(';
RIGHT : ')';
LESS : '<';
GREATER : '>';
COMMA : ',';
DOT : '.';
MINUS : '-';
PLUS : '+';
EQUAL : '=';
SEMICOLON : ';';

STRING : '\'' (~'\'' | '\'\'')* '\'';
UNFINISHED_STRING : '\'' (~'\'' | '\'\'')*;
QUOTED_IDENTIFIER : '`' (~'`' | '``')+ '`';
UNFINISHED_IDENTIFIER : '`' (~'`' | '``')*;
DOUBLE_QUOTED : '"' ~'"'* '"';
UNFINISHED_DOUBLE_QUOTED : '"' ~'"'*;

NUMBER : DIGIT+ ('.' DIGIT*)? ('E' [+-]? DIGIT+)? | '.' DIGIT+ ('E' [+-]? DIGIT+)?;
IDENTIFIER : [\p{L}_$] [\p{L}\p{M}\p{Nd}_$]*;

LINE_COMMENT : ('--' | '//') ~[\r\n]* -> channel(HIDDEN);
BLOCK_COMMENT : '/*' .*? '*/' -> channel(HIDDEN);
UNFINISHED_COMMENT : '/*' (~'*' | '*'+ ~[*/])* '*'*;
SPACE : [\p{White_Space}]+ -> channel(HIDDEN);

// Whatever else Flink SQL is made of: operators, brackets, and what is wrong anyway.
OTHER : .;

fragment DIGIT : [0-9];
