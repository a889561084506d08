namespace Orchestrator.Storage.Postgres;

/// <summary>
/// What the cluster engine keeps in the same schema: who is a silo, and who is to be reminded of what. The engine asks by
/// the names of queries, whose text stands in a table; the names of the queries, of their parameters and of the columns
/// that they answer with are the contract of Microsoft.Orleans.Clustering.AdoNet and .Reminders.AdoNet 10.
/// </summary>
internal static class PostgresCluster
{
    /// <summary>The status of a silo that others may call.</summary>
    public const int Active = 3;

    /// <summary>
    /// The second version of the schema. Every change of the silos counts the cluster's version up by one and is refused where
    /// that is not the version which the silo has seen; the row of the version is also the lock behind which they queue.
    /// Reminders are those of the other engine, in the same table: their times in ticks, and a place on the ring of silos.
    /// </summary>
    public const string Tables =
        """
        CREATE TABLE cluster (
            name text COLLATE "C" PRIMARY KEY, version integer NOT NULL, changed_at timestamptz NOT NULL DEFAULT now());
        CREATE TABLE silo (
            cluster text COLLATE "C" NOT NULL REFERENCES cluster (name),
            address text COLLATE "C" NOT NULL, port integer NOT NULL, generation integer NOT NULL,
            name text NOT NULL, host text NOT NULL, status integer NOT NULL, gateway_port integer NOT NULL,
            suspected text, started_at timestamptz NOT NULL, alive_at timestamptz NOT NULL,
            PRIMARY KEY (cluster, address, port, generation));

        ALTER TABLE reminder ADD COLUMN ring integer, ADD COLUMN version integer NOT NULL DEFAULT 0;
        CREATE INDEX reminder_ring ON reminder (ring);

        CREATE FUNCTION tick(moment timestamptz) RETURNS bigint IMMUTABLE LANGUAGE sql AS
            $$ SELECT 621355968000000000 + (extract(epoch FROM moment) * 10000000)::bigint $$;
        CREATE FUNCTION moment(tick bigint) RETURNS timestamptz IMMUTABLE LANGUAGE sql AS
            $$ SELECT timestamptz 'epoch' + ((tick - 621355968000000000) / 10) * interval '1 microsecond' $$;
        CREATE FUNCTION kind_of(grain text) RETURNS text IMMUTABLE LANGUAGE sql AS $$ SELECT split_part(grain, '/', 1) $$;
        CREATE FUNCTION key_of(grain text) RETURNS text IMMUTABLE LANGUAGE sql AS $$ SELECT substr(grain, strpos(grain, '/') + 1) $$;

        CREATE VIEW cluster_silos AS
            SELECT c.name AS "DeploymentId", c.version AS "Version", s.address AS "Address", s.port AS "Port",
                s.generation AS "Generation", s.name AS "SiloName", s.host AS "HostName", s.status AS "Status",
                s.gateway_port AS "ProxyPort", s.suspected AS "SuspectTimes", s.started_at AS "StartTime", s.alive_at AS "IAmAliveTime"
            FROM cluster c LEFT JOIN silo s ON s.cluster = c.name;
        CREATE VIEW cluster_reminders AS
            SELECT kind || '/' || key AS "GrainId", name AS "ReminderName", moment(first_tick) AS "StartTime",
                period / 10000 AS "Period", version AS "Version", kind, key, ring
            FROM reminder;

        CREATE TABLE OrleansQuery (QueryKey text PRIMARY KEY, QueryText text NOT NULL);
        INSERT INTO OrleansQuery VALUES
        ('InsertMembershipVersionKey', $q$
            WITH made AS (INSERT INTO cluster (name, version) VALUES (@DeploymentId, 0) ON CONFLICT DO NOTHING RETURNING 1)
            SELECT count(*)::integer FROM made $q$),
        ('InsertMembershipKey', $q$
            WITH counted AS (
                UPDATE cluster SET version = version + 1, changed_at = now()
                WHERE name = @DeploymentId AND version = @Version AND NOT EXISTS (
                    SELECT 1 FROM silo s
                    WHERE s.cluster = @DeploymentId AND s.address = @Address AND s.port = @Port AND s.generation = @Generation)
                RETURNING name),
            made AS (
                INSERT INTO silo (cluster, address, port, generation, name, host, status, gateway_port, started_at, alive_at)
                SELECT counted.name, @Address, @Port, @Generation, @SiloName, @HostName, @Status, @ProxyPort, @StartTime, @IAmAliveTime
                FROM counted RETURNING 1)
            SELECT count(*)::integer FROM made $q$),
        ('UpdateMembershipKey', $q$
            WITH counted AS (
                UPDATE cluster SET version = version + 1, changed_at = now()
                WHERE name = @DeploymentId AND version = @Version AND EXISTS (
                    SELECT 1 FROM silo s
                    WHERE s.cluster = @DeploymentId AND s.address = @Address AND s.port = @Port AND s.generation = @Generation)
                RETURNING name),
            changed AS (
                UPDATE silo s SET status = @Status, suspected = @SuspectTimes, alive_at = @IAmAliveTime
                FROM counted
                WHERE s.cluster = counted.name AND s.address = @Address AND s.port = @Port AND s.generation = @Generation RETURNING 1)
            SELECT count(*)::integer FROM changed $q$),
        ('UpdateIAmAlivetimeKey', $q$
            UPDATE silo SET alive_at = @IAmAliveTime
            WHERE cluster = @DeploymentId AND address = @Address AND port = @Port AND generation = @Generation $q$),
        ('MembershipReadRowKey', $q$
            SELECT c.name AS "DeploymentId", c.version AS "Version", s."Address", s."Port", s."Generation", s."SiloName", s."HostName",
                s."Status", s."ProxyPort", s."SuspectTimes", s."StartTime", s."IAmAliveTime"
            FROM cluster c LEFT JOIN cluster_silos s
                ON s."DeploymentId" = c.name AND s."Address" = @Address AND s."Port" = @Port AND s."Generation" = @Generation
            WHERE c.name = @DeploymentId $q$),
        ('MembershipReadAllKey', $q$ SELECT * FROM cluster_silos WHERE "DeploymentId" = @DeploymentId $q$),
        ('DeleteMembershipTableEntriesKey', $q$
            WITH gone AS (DELETE FROM silo WHERE cluster = @DeploymentId) DELETE FROM cluster WHERE name = @DeploymentId $q$),
        -- 3 is an active silo.
        ('GatewaysQueryKey', $q$
            SELECT "Address", "ProxyPort", "Generation" FROM cluster_silos
            WHERE "DeploymentId" = @DeploymentId AND "Status" = @Status AND "ProxyPort" > 0 $q$),
        ('CleanupDefunctSiloEntriesKey', $q$
            DELETE FROM silo WHERE cluster = @DeploymentId AND alive_at < @IAmAliveTime AND status <> 3 $q$),

        ('UpsertReminderRowKey', $q$
            INSERT INTO reminder AS r (kind, key, name, first_tick, period, next_tick, ring)
            VALUES (kind_of(@GrainId), key_of(@GrainId), @ReminderName, tick(@StartTime), @Period * 10000::bigint, tick(@StartTime), @GrainHash)
            ON CONFLICT (kind, key, name) DO UPDATE SET first_tick = excluded.first_tick, period = excluded.period,
                next_tick = excluded.next_tick, ring = excluded.ring, version = r.version + 1
            RETURNING version AS "Version" $q$),
        ('ReadReminderRowsKey', $q$
            SELECT * FROM cluster_reminders WHERE kind = kind_of(@GrainId) AND key = key_of(@GrainId) $q$),
        ('ReadReminderRowKey', $q$
            SELECT * FROM cluster_reminders
            WHERE kind = kind_of(@GrainId) AND key = key_of(@GrainId) AND "ReminderName" = @ReminderName $q$),
        ('ReadRangeRows1Key', $q$ SELECT * FROM cluster_reminders WHERE ring > @BeginHash AND ring <= @EndHash $q$),
        ('ReadRangeRows2Key', $q$ SELECT * FROM cluster_reminders WHERE ring > @BeginHash OR ring <= @EndHash $q$),
        ('DeleteReminderRowKey', $q$
            WITH gone AS (
                DELETE FROM reminder
                WHERE kind = kind_of(@GrainId) AND key = key_of(@GrainId) AND name = @ReminderName AND version = @Version RETURNING 1)
            SELECT count(*)::integer FROM gone $q$),
        ('DeleteReminderRowsKey', $q$ DELETE FROM reminder $q$);
        """;
}
