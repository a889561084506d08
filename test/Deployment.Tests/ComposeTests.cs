using System.Net;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Orchestrator.Deployment.Rules;

namespace Orchestrator.Deployment;

/// <summary>compose.yaml fits together, fits the program, and fits the proxy's configuration.</summary>
public sealed partial class ComposeTests
{
    private const string Address = "ORCHESTRATOR_Cluster__Address";
    private const string SiloName = "ORCHESTRATOR_Cluster__SiloName";

    private static readonly JsonNode Compose = Yaml.Read(Repository.Read("compose.yaml")).Single();
    private static readonly string Proxy = Repository.Read("compose/haproxy.cfg");

    private static IEnumerable<KeyValuePair<string, JsonNode>> Services => ((JsonObject)Compose["services"]!).Select(service => KeyValuePair.Create(service.Key, service.Value!));

    private static IReadOnlyList<KeyValuePair<string, JsonNode>> Silos => [.. Services.Where(service => service.Value.At("build") is not null)];

    [Fact]
    public void The_program_knows_its_arguments_and_settings()
    {
        Silos.Count.ShouldBe(3);
        foreach (var (name, silo) in Silos)
        {
            ProgramStart.Arguments(silo.Texts("command")).ShouldBeEmpty(name);
            ProgramStart.Environment(Environment(silo), null).ShouldBeEmpty(name);
            silo.Text("stop_grace_period").ShouldBe($"{ProgramRules.StopSeconds}s");
        }
    }

    [Fact]
    public void A_setting_that_the_program_does_not_know_is_found() =>
        ProgramStart.Environment(Environment(Silos[0].Value).Append(new("ORCHESTRATOR_Storage__File", "x")).ToDictionary(), null).ShouldNotBeEmpty();

    [Fact]
    public void Each_silo_has_a_name_and_an_address_of_its_own_in_their_network()
    {
        var network = IPNetwork.Parse(Compose.At("networks/silos").Items("ipam/config").Single().Text("subnet")!);
        foreach (var (name, silo) in Silos)
        {
            var environment = Environment(silo);
            environment[SiloName].ShouldBe(name);
            environment[Address].ShouldBe(silo.Text("networks/silos/ipv4_address"));
            network.Contains(IPAddress.Parse(environment[Address])).ShouldBeTrue(name);
        }

        Silos.Select(silo => Environment(silo.Value)[Address]).ShouldBeUnique();
    }

    [Fact]
    public void The_proxy_knows_the_silos_and_keeps_each_client_on_one()
    {
        Server().Matches(Proxy).Select(match => (match.Groups["name"].Value, match.Groups["address"].Value, match.Groups["cookie"].Value))
            .ShouldBe(Silos.Select(silo => (silo.Key, $"{silo.Key}:8090", silo.Key)));
        var asked = Check().Match(Proxy).Groups["path"].Value;
        ProgramRules.Health.ShouldContain(asked);
        Compose.At("services/proxy").Texts("volumes").Single().ShouldStartWith("./compose/haproxy.cfg:");
    }

    [Fact]
    public void The_database_has_connections_for_all_silos() =>
        DatabaseRules.Given(Services.Single(static service => DatabaseRules.IsDatabase(service.Value)).Value.Texts("command")).ShouldBeGreaterThanOrEqualTo(DatabaseRules.Needed(Silos.Count, jobs: 0));

    [Fact]
    public void Images_are_pinned_and_secrets_are_files_outside_of_the_repository()
    {
        Services.Select(service => service.Value.Text("image")).ShouldAllBe(image => SecurityRules.IsPinned(image));
        var secrets = (JsonObject)Compose["secrets"]!;
        secrets.ShouldAllBe(secret => secret.Value.Text("file")!.StartsWith("./compose/secrets/", StringComparison.Ordinal));
        Repository.Read(".gitignore").ShouldContain("/compose/secrets/\n");
        Services.SelectMany(service => service.Value.Texts("secrets")).Distinct().ShouldBe(secrets.Select(secret => secret.Key), ignoreOrder: true);
        var mounted = secrets.Select(secret => $"/run/secrets/{secret.Key}").ToList();
        Services.SelectMany(service => Environment(service.Value).Values).Where(value => value.StartsWith("/run/secrets/", StringComparison.Ordinal)).ShouldBeSubsetOf(mounted);
    }

    [Fact]
    public void Who_waits_for_the_health_of_another_can_know_it()
    {
        foreach (var (name, service) in Services)
        {
            foreach (var awaited in service.At("depends_on") as JsonObject ?? [])
            {
                Compose.At("services").At(awaited.Key).At("healthcheck").ShouldNotBeNull($"{name} waits for {awaited.Key}");
            }
        }
    }

    // As Compose fills in what the operator does not say.
    private static Dictionary<string, string> Environment(JsonNode service) => service.Words("environment")
        .ToDictionary(variable => variable.Key, variable => Variable().Replace(variable.Value, "${byDefault}"), StringComparer.Ordinal);

    [GeneratedRegex(@"\$\{\w+:-(?<byDefault>[^}]*)\}", RegexOptions.ExplicitCapture)]
    private static partial Regex Variable();

    [GeneratedRegex(@"^\s+server (?<name>\S+) (?<address>\S+) cookie (?<cookie>\S+)$", RegexOptions.Multiline | RegexOptions.ExplicitCapture)]
    private static partial Regex Server();

    [GeneratedRegex(@"^\s+option httpchk GET (?<path>\S+)$", RegexOptions.Multiline | RegexOptions.ExplicitCapture)]
    private static partial Regex Check();
}
