using System.ComponentModel.DataAnnotations;

namespace Orchestrator;

/// <summary>Every limit has its name and its default here, and is enforced at the edge where that is possible.</summary>
public sealed class Limits
{
    /// <summary>One message from a client, in bytes. A larger one closes its connection.</summary>
    [Range(1_024, 64 * 1_048_576)]
    public int FrameBytesMax { get; set; } = 2 * 1_048_576;

    /// <summary>A name of a user, session or scenario, in characters.</summary>
    [Range(1, 4_096)]
    public int NameLengthMax { get; set; } = 256;

    /// <summary>A description, in characters.</summary>
    [Range(1, 65_536)]
    public int DescriptionLengthMax { get; set; } = 4_096;

    /// <summary>A password, in characters.</summary>
    [Range(8, 4_096)]
    public int PasswordLengthMax { get; set; } = 256;

    /// <summary>A password, in characters, at the least.</summary>
    [Range(1, 64)]
    public int PasswordLengthMin { get; set; } = 8;

    /// <summary>An idempotency key, in characters.</summary>
    [Range(8, 1_024)]
    public int KeyLengthMax { get; set; } = 128;

    /// <summary>Idempotency keys that a grain remembers; the oldest goes first.</summary>
    [Range(1, 100_000)]
    public int KeysPerGrainMax { get; set; } = 256;

    /// <summary>Members of one session.</summary>
    [Range(1, 100_000)]
    public int MembersPerSessionMax { get; set; } = 10_000;

    /// <summary>Sessions that one user administers at a time.</summary>
    [Range(1, 10_000)]
    public int SessionsPerUserMax { get; set; } = 100;

    /// <summary>Devices of one user at a time, those included that are lost and may come back.</summary>
    [Range(1, 10_000)]
    public int DevicesPerUserMax { get; set; } = 32;

    /// <summary>All data of one user, as JSON, in bytes.</summary>
    [Range(2, 1_048_576)]
    public int UserDataBytesMax { get; set; } = 65_536;

    /// <summary>Keys of one user's data.</summary>
    [Range(1, 100_000)]
    public int UserDataKeysMax { get; set; } = 1_000;

    /// <summary>How deep objects and arrays may nest in a user's data, its own object included.</summary>
    [Range(1, 48)]
    public int UserDataDepthMax { get; set; } = 32;

    /// <summary>Commands that a grain holds while their write is under way.</summary>
    [Range(1, 1_000_000)]
    public int HeldPerGrainMax { get; set; } = 10_000;

    /// <summary>What a source keeps for those who missed something, in bytes.</summary>
    [Range(0, 1_073_741_824)]
    public int SourceLogBytesMax { get; set; } = 2 * 1_048_576;

    /// <summary>What may wait for one connection, in bytes; more closes it as a slow consumer. Packets that may be dropped have as much room of their own, and are dropped beyond it.</summary>
    [Range(65_536, 1_073_741_824)]
    public int OutboundBytesMax { get; set; } = 8 * 1_048_576;

    /// <summary>Data streams that one member has declared at a time.</summary>
    [Range(1, 100_000)]
    public int StreamsPerUserMax { get; set; } = 256;

    /// <summary>Data streams that one member is registered for at a time.</summary>
    [Range(1, 1_000_000)]
    public int RegistrationsPerUserMax { get; set; } = 4_096;

    /// <summary>Packets of a stream with the policy dropOldest that may wait for one receiver.</summary>
    [Range(1, 100_000)]
    public int PacketsWaitingMax { get; set; } = 1_000;

    /// <summary>Time from the opening of a connection to its login, in seconds.</summary>
    [Range(1, 3_600)]
    public int LoginSeconds { get; set; } = 60;

    /// <summary>How long a client may say nothing, not even a heartbeat, before its connection counts as lost, in seconds. The usual SignalR clients send one every 15, <c>clients/js</c> every 2.</summary>
    [Range(1, 3_600)]
    public int SilenceSeconds { get; set; } = 30;

    /// <summary>
    /// How often a client over SignalR is told that the server is there, in seconds: <c>clients/js</c> gives a connection up when it has heard nothing for 6. A longer one needs a longer <c>heartbeatMs</c> at every client.
    /// </summary>
    [Range(1, 3_600)]
    public int PingSeconds { get; set; } = 2;

    /// <summary>How long a lost connection keeps its seat, in seconds.</summary>
    [Range(0d, 3_600d)]
    public double GraceSeconds { get; set; } = 30;

    /// <summary>How long a lost master stays master, in seconds.</summary>
    [Range(0d, 3_600d)]
    public double MasterGraceSeconds { get; set; } = 3;

    /// <summary>Commands of one connection in a second; more are refused. 0 is no limit.</summary>
    [Range(0, 1_000_000)]
    public int CommandsPerSecondMax { get; set; } = 5_000;

    /// <summary>Connections from one address; 0 is no limit.</summary>
    [Range(0, 1_000_000)]
    public int ConnectionsPerAddressMax { get; set; }

    /// <summary>Account requests (register, log in) of one address in a minute; 0 is no limit.</summary>
    [Range(0, 1_000_000)]
    public int AccountRequestsPerMinute { get; set; } = 120;

    /// <summary>What all members of a session have declared and registered for, in bytes of its record.</summary>
    [Range(65_536, 64 * 1_048_576)]
    public int StreamBytesPerSessionMax { get; set; } = 2 * 1_048_576;

    /// <summary>Of that, what one member may take.</summary>
    [Range(4_096, 64 * 1_048_576)]
    public int StreamBytesPerUserMax { get; set; } = 256 * 1_024;

    /// <summary>Audit entries that are kept; the oldest goes first.</summary>
    [Range(1, 100_000)]
    public int AuditEntriesMax { get; set; } = 1_000;

    /// <summary>Scenarios in the catalogue.</summary>
    [Range(0, 100_000)]
    public int ScenariosMax { get; set; } = 1_000;

    /// <summary>Scenarios in the catalogue that one account has added; all guests together count as one.</summary>
    [Range(0, 100_000)]
    public int ScenariosPerOwnerMax { get; set; } = 100;

    /// <summary>One definition of a scenario, as JSON, in bytes.</summary>
    [Range(1_024, 16 * 1_048_576)]
    public int ScenarioBytesMax { get; set; } = 256 * 1_024;

    /// <summary>How deep objects and arrays may nest in what a scenario passes on unread.</summary>
    [Range(1, 48)]
    public int ScenarioDepthMax { get; set; } = 32;

    /// <summary>All definitions in the catalogue, as JSON, in bytes. They are one record, and the store's limit for a record is a little above.</summary>
    [Range(1_024, 64 * 1_048_576)]
    public int ScenarioCatalogueBytesMax { get; set; } = 3 * 1_048_576;

    /// <summary>Of that, what one account may take; all guests together count as one. Administrators are not bound by it.</summary>
    [Range(1_024, 64 * 1_048_576)]
    public int ScenarioBytesPerOwnerMax { get; set; } = 512 * 1_024;

    /// <summary>Rooms of one scenario.</summary>
    [Range(0, 100_000)]
    public int RoomsPerScenarioMax { get; set; } = 1_000;

    /// <summary>Timed events of one scenario.</summary>
    [Range(0, 100_000)]
    public int EventsPerScenarioMax { get; set; } = 10_000;

    /// <summary>How long a scenario may be, in days of its own clock.</summary>
    [Range(1, 3_650)]
    public int ScenarioDaysMax { get; set; } = 365;

    /// <summary>How slow a scenario's clock may run; 1 is as time goes.</summary>
    [Range(0.001d, 1d)]
    public double ScenarioRateMin { get; set; } = 0.1;

    /// <summary>How fast a scenario's clock may run; 1 is as time goes.</summary>
    [Range(1d, 1_000d)]
    public double ScenarioRateMax { get; set; } = 10;

    /// <summary>A timed event that is published longer than this after its moment is marked late, in milliseconds.</summary>
    [Range(0, 3_600_000)]
    public int ScenarioLateMs { get; set; } = 1_000;

    /// <summary>After a restart, how long the timeline waits for members that are not back yet, in seconds: what fires before, they would never hear.</summary>
    [Range(0d, 3_600d)]
    public double ScenarioReturnSeconds { get; set; } = 5;

    /// <summary>How often a client over Engine.IO is asked for a sign of life, in seconds. Clients of version 3 ask by themselves, as often.</summary>
    [Range(0.1d, 3_600d)]
    public double HeartbeatSeconds { get; set; } = 25;

    /// <summary>How long a client over Engine.IO may owe its sign of life before its connection counts as lost, in seconds.</summary>
    [Range(0.1d, 3_600d)]
    public double HeartbeatTimeoutSeconds { get; set; } = 20;

    /// <summary>Time from the opening of a connection over Socket.IO until it has entered its first namespace, in seconds.</summary>
    [Range(0.1d, 3_600d)]
    public double EntrySeconds { get; set; } = 45;

    /// <summary>Time for a client over Engine.IO to go over from polling to a WebSocket, in seconds. One that does not manage it stays with polling.</summary>
    [Range(0.1d, 3_600d)]
    public double UpgradeSeconds { get; set; } = 10;

    /// <summary>Connections over long polling at a time; more are refused. 0 is none.</summary>
    [Range(0, 1_000_000)]
    public int PollingConnectionsMax { get; set; } = 10_000;

    /// <summary>Arguments of one event over Socket.IO.</summary>
    [Range(1, 4_096)]
    public int ArgumentsPerEventMax { get; set; } = 64;

    /// <summary>Binary attachments of one packet over Socket.IO.</summary>
    [Range(0, 4_096)]
    public int AttachmentsPerPacketMax { get; set; } = 64;

    /// <summary>One packet over Socket.IO with all of its attachments, in bytes. Each of these is a message of its own.</summary>
    [Range(1_024, 1_073_741_824)]
    public int PacketBytesMax { get; set; } = 8 * 1_048_576;

    public TimeSpan Heartbeat => TimeSpan.FromSeconds(HeartbeatSeconds);

    public TimeSpan HeartbeatTimeout => TimeSpan.FromSeconds(HeartbeatTimeoutSeconds);

    public TimeSpan ScenarioLengthMax => TimeSpan.FromDays(ScenarioDaysMax);

    public TimeSpan ScenarioReturn => TimeSpan.FromSeconds(ScenarioReturnSeconds);

    public TimeSpan Grace => TimeSpan.FromSeconds(GraceSeconds);

    public TimeSpan MasterGrace => TimeSpan.FromSeconds(MasterGraceSeconds);
}
