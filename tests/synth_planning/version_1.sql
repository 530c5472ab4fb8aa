BEGIN TRANSACTION;
CREATE TABLE plan_features (
	id VARCHAR(60) NOT NULL, 
	version INTEGER, 
	updated TEXT, 
	name TEXT, 
	description TEXT, 
	moscow TEXT, 
	effort FLOAT, 
	reach INTEGER, 
	impact INTEGER, 
	confidence INTEGER, 
	status TEXT, 
	PRIMARY KEY (id)
);
INSERT INTO "plan_features" VALUES('upload',3,'2026-11-29T12:00:00+00:00','Upload','','must',4.0,5,3,8,'backlog');
CREATE TABLE plan_feedback (
	id VARCHAR(60) NOT NULL, 
	version INTEGER, 
	updated TEXT, 
	text TEXT, 
	type TEXT, 
	source TEXT, 
	priority TEXT, 
	segment TEXT, 
	sentiment TEXT, 
	received_on DATE, 
	status TEXT, 
	PRIMARY KEY (id)
);
CREATE TABLE plan_insights (
	id VARCHAR(60) NOT NULL, 
	version INTEGER, 
	updated TEXT, 
	title TEXT, 
	finding TEXT, 
	method TEXT, 
	personas JSON, 
	confidence INTEGER, 
	impact TEXT, 
	what_to_do TEXT, 
	found_on DATE, 
	PRIMARY KEY (id)
);
CREATE TABLE plan_metrics (
	id VARCHAR(60) NOT NULL, 
	version INTEGER, 
	updated TEXT, 
	name TEXT, 
	category TEXT, 
	unit TEXT, 
	value FLOAT, 
	target FLOAT, 
	better TEXT, 
	measured_on DATE, 
	PRIMARY KEY (id)
);
CREATE TABLE plan_milestones (
	id VARCHAR(60) NOT NULL, 
	version INTEGER, 
	updated TEXT, 
	name TEXT, 
	description TEXT, 
	start DATE, 
	due DATE, 
	reached_on DATE, 
	PRIMARY KEY (id)
);
CREATE TABLE plan_personas (
	id VARCHAR(60) NOT NULL, 
	version INTEGER, 
	updated TEXT, 
	name TEXT, 
	description TEXT, 
	goals JSON, 
	pains JSON, 
	PRIMARY KEY (id)
);
INSERT INTO "plan_personas" VALUES('engineer',2,'2026-11-29T12:00:00+00:00','Engineer','','["Share data safely"]','[]');
CREATE TABLE plan_stories (
	id VARCHAR(60) NOT NULL, 
	version INTEGER, 
	updated TEXT, 
	as_a TEXT, 
	i_want TEXT, 
	so_that TEXT, 
	persona TEXT, 
	acceptance_criteria JSON, 
	points INTEGER, 
	PRIMARY KEY (id)
);
INSERT INTO "plan_stories" VALUES('share',1,'2026-11-29T12:00:00+00:00','an engineer','to share a table','others can test','engineer','[]',NULL);
CREATE TABLE plan_tasks (
	id VARCHAR(60) NOT NULL, 
	version INTEGER, 
	updated TEXT, 
	name TEXT, 
	description TEXT, 
	phase TEXT, 
	estimated FLOAT, 
	spent FLOAT, 
	created DATE, 
	due DATE, 
	done_on DATE, 
	depends_on JSON, 
	PRIMARY KEY (id)
);
INSERT INTO "plan_tasks" VALUES('form',1,'2026-11-29T12:00:00+00:00','Form','','design',2.0,0.0,'2026-11-20',NULL,'2026-11-22','[]');
COMMIT;
