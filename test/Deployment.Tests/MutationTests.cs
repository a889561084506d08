using System.Text.Json.Nodes;
using Orchestrator.Deployment.Rules;

namespace Orchestrator.Deployment;

/// <summary>The rules find what they are for: everything is rendered, one thing is spoiled, and it is named.</summary>
public sealed class MutationTests
{
    private static readonly Dictionary<string, (Action<Rendering> Spoil, string Found)> Mutations = new(StringComparer.Ordinal)
    {
        ["a label of the pods"] = (all => Template(all)["metadata"]!["labels"]!["app.kubernetes.io/name"] = "orchestra", "does not select its own pods"),
        ["a selector of a Service"] = (all => Service(all)["spec"]!["selector"]!["app.kubernetes.io/name"] = "orchestra", "Service orchestrator selects no pod"),
        ["a selector of a budget"] = (all => all.OfKind("PodDisruptionBudget").Single()["spec"]!["selector"]!["matchLabels"]!["tier"] = "silo", "PodDisruptionBudget orchestrator selects no pod"),
        ["a port of a Service"] = (all => Service(all).Items("spec/ports").Single()["targetPort"] = "web", "no pod has port web"),
        ["a port of a probe"] = (all => Container(all)["livenessProbe"]!["httpGet"]!["port"] = 8091, "a probe asks port 8091"),
        ["a path of a probe"] = (all => Container(all)["readinessProbe"]!["httpGet"]!["path"] = "/healthz", "/healthz is no address"),
        ["a probe that is gone"] = (all => Container(all).Remove("startupProbe"), "not asked how it is"),
        ["a Service of the Ingress"] = (all => Service(all)["metadata"]!["name"] = "gateway", "leads to no Service"),
        ["a target of the autoscaler"] = (all => all.OfKind("HorizontalPodAutoscaler").Single()["spec"]!["scaleTargetRef"]!["name"] = "silos", "scales what is not there"),
        ["a number beside the autoscaler"] = (all => Deployment(all)["spec"]!["replicas"] = 3, "has a number of its own"),
        ["a ConfigMap"] = (all => all.OfKind("ConfigMap").Single()["metadata"]!["name"] = "settings", "there is no ConfigMap orchestrator-"),
        ["a key of a Secret"] = (all => ((JsonObject)all.OfKind("Secret").First()["data"]!).Remove("connection"), "has no connection"),
        ["a Secret of nobody"] = (all => all.OfKind("Ingress").Single().Items("spec/tls").Single()["secretName"] = "certificate", "there is no Secret certificate"),
        ["a volume"] = (all => Container(all).Items("volumeMounts").First()["name"] = "lost", "there is no volume lost"),
        ["root"] = (all => Spec(all)["securityContext"]!["runAsUser"] = 0, "may run as root"),
        ["root in a container"] = (all => Container(all)["securityContext"]!["runAsUser"] = 0, "a user of its own"),
        ["a writable root"] = (all => ((JsonObject)Container(all)["securityContext"]!).Remove("readOnlyRootFilesystem"), "root file system is writable"),
        ["a capability"] = (all => Container(all)["securityContext"]!["capabilities"]!["add"] = new JsonArray("NET_ADMIN"), "it has capabilities"),
        ["a token"] = (all => ((JsonObject)Spec(all)).Remove("automountServiceAccountToken"), "a token of the cluster"),
        ["a moving image"] = (all => Container(all)["image"] = "registry.example.org/orchestrator:latest", "is not pinned"),
        ["an image without a tag"] = (all => Container(all)["image"] = "registry.example.org:5000/orchestrator", "is not pinned"),
        ["memory without a limit"] = (all => ((JsonObject)Container(all)["resources"]!).Remove("limits"), "memory has no limit"),
        ["an open password"] = (all => Add(all, "ADMIN_PASSWORD", "correct horse"), "a password stands where everybody reads it"),
        ["an unknown setting"] = (all => Add(all, "ORCHESTRATOR_Storage__PostgressFile", "x"), "'Storage:PostgressFile' is unknown"),
        ["an unknown setting of the cluster"] = (all => Add(all, "ORCHESTRATOR_Cluster__Port", "1"), "'Cluster:Port' is unknown"),
        ["an address that is every one"] = (all => Add(all, "ORCHESTRATOR_Cluster__Address", "0.0.0.0"), "'Cluster:Address' is '0.0.0.0'"),
        ["an address of this machine alone"] = (all => Add(all, "ORCHESTRATOR_Cluster__Address", "127.0.0.1"), "other silos cannot reach it"),
        ["an address that is gone"] = (all => Remove(all, "ORCHESTRATOR_Cluster__Address"), "other silos cannot reach it"),
        ["a collector without an address"] = (all => Add(all, "ORCHESTRATOR_Telemetry__Otlp", "collector:4317"), "'Telemetry:Otlp' is 'collector:4317'"),
        ["a setting out of range"] = (all => Add(all, "ORCHESTRATOR_Limits__FrameBytesMax", "1"), "FrameBytesMax"),
        ["a variable that nobody reads"] = (all => Add(all, "STORAGE", "x"), "nobody reads STORAGE"),
        ["a configuration file"] = (all => all.OfKind("ConfigMap").Single()["data"]!["orchestrator.json"] = """{ "Gateway": { "Guest": "Never" } }""", "'Gateway:Guest' is unknown"),
        ["an unknown argument"] = (all => ((JsonArray)Container(all)["args"]!).Add("--clustered"), "--clustered"),
        ["a short farewell"] = (all => Spec(all)["terminationGracePeriodSeconds"] = 30, "less than 60 s to stop"),
        ["more silos than the database has connections for"] = (all => all.OfKind("HorizontalPodAutoscaler").Single()["spec"]!["maxReplicas"] = 20, "the database has fewer than"),
        ["a database with as many connections as by default"] = (all => ((JsonObject)Database(all)).Remove("args"), "the database has fewer than"),
        ["variables of Services"] = (all => ((JsonObject)Spec(all)).Remove("enableServiceLinks"), "taken for settings"),
    };

    public static TheoryData<string> Names => [.. Mutations.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public async Task What_is_spoiled_is_found(string name)
    {
        var everything = await Rendering.Of(Rendering.Everything);
        var (spoil, found) = Mutations[name];
        spoil(everything);
        Violations(everything).ShouldContain(violation => violation.Contains(found, StringComparison.Ordinal), string.Join('\n', Violations(everything)));
    }

    [Fact]
    public async Task A_way_that_is_opened_shows()
    {
        var everything = await Rendering.Of(Rendering.Everything);
        ((JsonObject)everything.Find("NetworkPolicy", "silos")!.Items("spec/ingress").Single()).Remove("from");
        Openings.Of(everything).ShouldContain("orchestrator <- anybody TCP 11111");
    }

    private static IEnumerable<string> Violations(Rendering rendering) =>
    [
        .. SelectorRules.Violations(rendering), .. ReferenceRules.Violations(rendering), .. SecurityRules.Violations(rendering), .. ProgramRules.Violations(rendering),
        .. DatabaseRules.Violations(rendering),
    ];

    private static JsonNode Service(Rendering all) => all.Find("Service", "orchestrator")!;

    private static JsonNode Database(Rendering all) => all.Pods.SelectMany(static pod => pod.Containers).Single(DatabaseRules.IsDatabase);

    private static JsonNode Deployment(Rendering all) => all.Find("Deployment", "orchestrator")!;

    private static JsonNode Template(Rendering all) => Deployment(all).At("spec/template")!;

    private static JsonNode Spec(Rendering all) => Template(all)["spec"]!;

    private static JsonObject Container(Rendering all) => (JsonObject)Spec(all).Items("containers").Single();

    // A variable that is there already is replaced, as an operator would.
    private static void Add(Rendering all, string name, string value)
    {
        Remove(all, name);
        Environment(all).Add(new JsonObject { ["name"] = name, ["value"] = value });
    }

    private static void Remove(Rendering all, string name)
    {
        if (Environment(all).FirstOrDefault(variable => variable!.Name() == name) is { } present)
        {
            Environment(all).Remove(present);
        }
    }

    private static JsonArray Environment(Rendering all) => (JsonArray)Container(all)["env"]!;
}
