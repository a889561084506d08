using Orchestrator.Configuration;
using Orchestrator.Hosting;

namespace Orchestrator.Tests;

/// <summary>Settings that are wrong: the start is refused, and the key is named.</summary>
public sealed class SettingsTests
{
    [Theory]
    [InlineData("""{"Limits":{"FrameBytes":1}}""", "Limits:FrameBytes")]
    [InlineData("""{"Limit":{"FrameBytesMax":1}}""", "Limit")]
    [InlineData("""{"Gateway":{"Guest":"Never"}}""", "Gateway:Guest")]
    [InlineData("""{"Storage":{"Path":"x"}}""", "Storage:Path")]
    [InlineData("""{"FrameBytesMax":4096}""", "FrameBytesMax")]
    [InlineData("""{"Limits":{"Grace":"00:00:30"}}""", "Limits:Grace")]
    [InlineData("""{"Limits":{"FrameBytesMax":1}}""", "FrameBytesMax")]
    [InlineData("""{"Limits":{"FrameBytesMax":-1}}""", "FrameBytesMax")]
    [InlineData("""{"Limits":{"GraceSeconds":3601}}""", "GraceSeconds")]
    [InlineData("""{"Limits":{"GraceSeconds":"NaN"}}""", "GraceSeconds")]
    [InlineData("""{"Limits":{"GraceSeconds":1e300}}""", "GraceSeconds")]
    [InlineData("""{"Limits":{"GraceSeconds":-0.4}}""", "GraceSeconds")]
    [InlineData("""{"Limits":{"GraceSeconds":3600.4}}""", "GraceSeconds")]
    [InlineData("""{"Limits":{"FrameBytesMax":"much"}}""", "FrameBytesMax")]
    [InlineData("""{"Limits":{"FrameBytesMax":99999999999999}}""", "FrameBytesMax")]
    [InlineData("""{"Limits":{"FrameBytesMax":1.5}}""", "FrameBytesMax")]
    [InlineData("""{"Limits":{"FrameBytesMax":null}}""", "FrameBytesMax")]
    [InlineData("""{"Limits":{"FrameBytesMax":{"More":1}}}""", "FrameBytesMax")]
    [InlineData("""{"Limits":{"FrameBytesMax":[1]}}""", "FrameBytesMax")]
    [InlineData("""{"Limits":5}""", "Limits")]
    [InlineData("""{"Gateway":{"Guests":"Sometimes"}}""", "Gateway:Guests")]
    [InlineData("""{"Gateway":{"Guests":"7"}}""", "Gateway:Guests")]
    [InlineData("""{"Gateway":{"TokenMinutes":0}}""", "TokenMinutes")]
    [InlineData("""{"Storage":{"Readers":0}}""", "Readers")]
    [InlineData("""{"Storage":{"WriteTimeout":"soon"}}""", "WriteTimeout")]
    [InlineData("""{"Storage":{"Postgres":"postgres://user:secret@db/orchestrator"}}""", "Storage:Postgres")]
    [InlineData("""{"Storage":{"Postgres":"Host=db;Pasword=secret"}}""", "Storage:Postgres")]
    [InlineData("""{"Storage":{"Postgres":"Database=x;Password=secret"}}""", "Storage:Postgres")]
    [InlineData("""{"Storage":{"Postgres":"Host=db;Port=secret"}}""", "Storage:Postgres")]
    [InlineData("""{"Storage":{"Postgres":"Host=db","PostgresFile":"secret"}}""", "Storage:PostgresFile")]
    [InlineData("""{"Storage":{"PostgresFile":"/nowhere"}}""", "Storage:PostgresFile")]
    [InlineData("""{"Storage":{"PostgresSchema":"a; DROP TABLE b"}}""", "Storage:PostgresSchema")]
    [InlineData("""{"Storage":{"PostgresConnections":0}}""", "Storage:PostgresConnections")]
    [InlineData("""{"Storage":{"MigrateAtStart":"perhaps"}}""", "Storage:MigrateAtStart")]
    [InlineData("""{"Limits":{"ScenarioCatalogueBytesMax":4194305}}""", "Limits:ScenarioCatalogueBytesMax")]
    [InlineData("""{"Storage":{"RecordBytesMax":1048576}}""", "Storage:RecordBytesMax")]
    [InlineData("""{"Admin":{"User":"root"}}""", "Admin:Password")]
    [InlineData("""{"Admin":{"Password":"correct horse"}}""", "Admin:User")]
    [InlineData("""{"Admin":{"User":" ","Password":"correct horse"}}""", "Admin:User")]
    [InlineData("""{"Admin":{"User":"root","Password":"short"}}""", "Admin:Password")]
    [InlineData("""{"Admin":{"TrustLoopback":"perhaps"}}""", "TrustLoopback")]
    [InlineData("""{"Admin":{"Trust":true}}""", "Admin:Trust")]
    [InlineData("""{"Time":{"Source":[]}}""", "Time:Source")]
    [InlineData("""{"Time":{"Sources":"localtime"}}""", "Time:Sources")]
    [InlineData("""{"Time":{"Sources":["pool"]}}""", "Time:Sources:0")]
    [InlineData("""{"Time":{"Sources":["localtime",{"Port":123}]}}""", "Time:Sources:1:Server")]
    [InlineData("""{"Time":{"Sources":[{"Server":"a","Prt":1}]}}""", "Time:Sources:0:Prt")]
    [InlineData("""{"Time":{"Sources":[{"Server":"a","Port":"ntp"}]}}""", "Time:Sources:0:Port")]
    [InlineData("""{"Time":{"Sources":[{"Server":"a","Port":65536}]}}""", "Time:Sources:0:Port")]
    [InlineData("""{"Time":{"TimeoutMs":0}}""", "Time:TimeoutMs")]
    [InlineData("""{"Delivery":{"Driver":"Pigeons"}}""", "Delivery:Driver")]
    [InlineData("""{"Delivery":{"PullMilliseconds":0}}""", "Delivery:PullMilliseconds")]
    [InlineData("""{"Feed":{"Enabled":"sometimes"}}""", "Feed:Enabled")]
    [InlineData("""{"Feed":{"WaitingBytesMax":1000}}""", "Feed:WaitingBytesMax")]
    [InlineData("""{"Telemetry":{"Endpoint":"http://localhost:4317"}}""", "Telemetry:Endpoint")]
    [InlineData("""{"Telemetry":{"Otlp":"localhost:4317"}}""", "Telemetry:Otlp")]
    [InlineData("""{"Telemetry":{"Otlp":"ftp://localhost"}}""", "Telemetry:Otlp")]
    [InlineData("""{"Telemetry":{"Protocol":"HttpJson"}}""", "Telemetry:Protocol")]
    [InlineData("""{"Telemetry":{"ExportSeconds":0}}""", "Telemetry:ExportSeconds")]
    [InlineData("""{"Telemetry":{"Traces":"true"}}""", "Telemetry:Traces")]
    [InlineData("""{"Telemetry":{"TracesRatio":1.1}}""", "Telemetry:TracesRatio")]
    [InlineData("""{"Telemetry":{"TracesRatio":"NaN"}}""", "Telemetry:TracesRatio")]
    [InlineData("""{"Telemetry":{"Logs":"some"}}""", "Telemetry:Logs")]
    [InlineData("""{"Telemetry":{"Dashboard":"perhaps"}}""", "Telemetry:Dashboard")]
    [InlineData("""{"Telemetry":true}""", "Telemetry")]
    public async Task A_wrong_setting_is_refused_by_its_name(string file, string key)
    {
        var refused = await Should.ThrowAsync<ConfigurationException>(HubServer.StartWithFile(file));

        refused.Message.ShouldContain(key);
        refused.Message.ShouldNotContain("secret@");
        refused.Message.ShouldNotContain("=secret");
    }

    [Fact]
    public async Task Delivery_over_streams_is_refused_by_the_engine_of_one_process()
    {
        Assert.SkipWhen(EngineSetup.HasStreams, "This program has Microsoft Orleans.");
        var refused = await Should.ThrowAsync<ConfigurationException>(HubServer.StartWithFile("""{"Delivery":{"Driver":"Streams"}}"""));

        refused.Message.ShouldContain("Delivery:Driver");
    }

    [Theory]
    [InlineData("{")]
    [InlineData("no JSON")]
    [InlineData("[]")]
    [InlineData("")]
    [InlineData("""{"Limits":{"FrameBytesMax":4096},"Limits":{"FrameBytesMax":4097}}""")]
    public async Task A_file_that_is_no_settings_is_refused_by_its_name(string file)
    {
        var refused = await Should.ThrowAsync<ConfigurationException>(HubServer.StartWithFile(file));

        refused.Message.ShouldContain("orchestrator.json");
    }

    [Fact]
    public async Task Right_settings_in_any_case_and_with_comments_are_taken()
    {
        await using var server = await HubServer.StartWithFile("""
            {
              // a comment
              "limits": { "gracESeconds": 1.5, },
              "Gateway": { "Guests": "never", "CorsOrigins": ["http://localhost:1234"] },
              "Storage": { "WriteTimeout": "00:00:02" },
              "Telemetry": { "Otlp": "", "Protocol": "httpProtobuf", "ExportSeconds": 3600, "Traces": "commands", "TracesRatio": 0.25, "Logs": false, "Dashboard": false },
              "Logging": { "LogLevel": { "Default": "Warning" } }
            }
            """);
        await using var client = await server.Connect();

        (await client.Invoke("Login", new { userName = "Guest" })).Error.ShouldBe(208);
    }
}
