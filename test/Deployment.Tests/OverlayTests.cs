using Orchestrator.Deployment.Rules;

namespace Orchestrator.Deployment;

/// <summary>What k8s/ renders fits together, and fits the program.</summary>
public sealed class OverlayTests
{
    private static readonly string[] OneNode =
    [
        "everybody: nothing (Ingress, Egress)",
        "orchestrator -> kube-system/kube-dns TCP 53",
        "orchestrator -> kube-system/kube-dns UDP 53",
        "orchestrator <- ingress-nginx/everybody TCP 8090",
    ];

    private static readonly string[] ThreeSilos = [.. OneNode, "orchestrator -> anybody TCP 5432", "orchestrator -> orchestrator TCP 11111", "orchestrator <- orchestrator TCP 11111"];

    private static readonly string[] Trying = [.. ThreeSilos, "postgres <- orchestrator TCP 5432", "postgres <- orchestrator-migrate TCP 5432"];

    private static readonly string[] Everything =
    [
        .. Trying,
        "orchestrator -> anybody UDP 123",
        "orchestrator -> observability/everybody TCP 4317",
        "orchestrator -> observability/everybody TCP 4318",
        "orchestrator-migrate -> anybody TCP 5432",
        "orchestrator-migrate -> kube-system/kube-dns TCP 53",
        "orchestrator-migrate -> kube-system/kube-dns UDP 53",
    ];

    public static TheoryData<string> Kustomizations => [.. Rendering.Kustomizations];

    public static TheoryData<string, string[]> Ways => new()
    {
        { "k8s/overlays/one-node", OneNode },
        { "k8s/overlays/three-silos", ThreeSilos },
        { "k8s/overlays/trying", Trying },
        { Rendering.Everything, Everything },
    };

    [Theory]
    [MemberData(nameof(Kustomizations))]
    public async Task Who_is_named_is_found(string kustomization) => SelectorRules.Violations(await Rendering.Of(kustomization)).ShouldBeEmpty();

    [Theory]
    [MemberData(nameof(Kustomizations))]
    public async Task What_is_mounted_or_read_is_there_or_the_operators(string kustomization) => ReferenceRules.Violations(await Rendering.Of(kustomization)).ShouldBeEmpty();

    [Theory]
    [MemberData(nameof(Kustomizations))]
    public async Task A_pod_may_do_no_more_than_it_needs(string kustomization) => SecurityRules.Violations(await Rendering.Of(kustomization)).ShouldBeEmpty();

    [Theory]
    [MemberData(nameof(Kustomizations))]
    public async Task The_program_knows_its_arguments_and_settings(string kustomization) => ProgramRules.Violations(await Rendering.Of(kustomization)).ShouldBeEmpty();

    [Theory]
    [MemberData(nameof(Kustomizations))]
    public async Task The_database_has_connections_for_all_silos(string kustomization) => DatabaseRules.Violations(await Rendering.Of(kustomization)).ShouldBeEmpty();

    [Theory]
    [MemberData(nameof(Ways))]
    public async Task Just_these_ways_are_open(string kustomization, string[] ways) => Openings.Of(await Rendering.Of(kustomization)).ShouldBe(ways, ignoreOrder: true);

    [Fact]
    public void The_ways_of_every_overlay_are_written_down() => Ways.Select(row => row.Data.Item1).ShouldBe(Rendering.Kustomizations);

    [Fact]
    public void Every_component_is_rendered_by_the_one_with_everything()
    {
        var everything = Repository.Read($"{Rendering.Everything}/kustomization.yaml");
        foreach (var component in Directory.EnumerateDirectories(Repository.Find("k8s/components")).Select(Path.GetFileName))
        {
            everything.ShouldContain($"/components/{component}\n");
        }
    }

    [Fact]
    public async Task The_job_runs_what_the_silos_run_and_with_the_database_for_trying_the_operator_gives_nothing()
    {
        var everything = await Rendering.Of(Rendering.Everything);
        var (silos, job) = (everything.Find("Deployment", "orchestrator")!, everything.Find("Job", "orchestrator-migrate")!);
        job.Items("spec/template/spec/containers").Single().Text("image")
            .ShouldBe(silos.Items("spec/template/spec/containers").Single().Text("image"));
        var secret = job.Items("spec/template/spec/volumes").Single(volume => volume.Name() == "postgres").Text("secret/secretName")!;
        everything.Find("Secret", secret).ShouldNotBeNull();
    }

    [Fact]
    public void What_the_operator_must_give_is_documented()
    {
        var documentation = Repository.Read("docs/deployment.md");
        foreach (var name in ReferenceRules.Given)
        {
            documentation.ShouldContain($"`{name}`");
        }
    }

    [Fact]
    public async Task A_cluster_grows_before_it_shrinks_and_one_process_goes_before_the_next_comes()
    {
        var silos = (await Rendering.Of("k8s/overlays/three-silos")).OfKind("Deployment").Single();
        silos.Text("spec/replicas").ShouldBe("3");
        silos.Text("spec/strategy/rollingUpdate/maxUnavailable").ShouldBe("0");
        silos.Text("spec/strategy/rollingUpdate/maxSurge").ShouldBe("1");
        var single = (await Rendering.Of("k8s/overlays/one-node")).OfKind("Deployment").Single();
        single.Text("spec/replicas").ShouldBe("1");
        single.Text("spec/strategy/type").ShouldBe("Recreate");
    }

    [Fact]
    public async Task The_autoscaler_counts_what_the_silos_measure_and_may_send()
    {
        var everything = await Rendering.Of(Rendering.Everything);
        var metric = everything.OfKind("HorizontalPodAutoscaler").Single().Items("spec/metrics").Single().Text("pods/metric/name")!;
        // As a collector's exporter for Prometheus writes it; what has a unit of the kind {thing}, and is no counter, has nothing behind its name.
        Repository.Read("docs/telemetry.md").ShouldContain($"| `{metric.Replace('_', '.')}` | up-down counter | {{");
        var silo = everything.Find("Deployment", "orchestrator")!.Items("spec/template/spec/containers").Single();
        var collector = new Uri(silo.Items("env").Single(variable => variable.Name() == "ORCHESTRATOR_Telemetry__Otlp").Text("value")!);
        Openings.Of(everything).ShouldContain($"orchestrator -> {collector.Host.Split('.')[1]}/everybody TCP {collector.Port}");
    }

    [Fact]
    public void Passwords_stand_in_the_example_only() =>
        Directory.EnumerateFiles(Repository.Find("k8s"), "*", SearchOption.AllDirectories)
            .Where(file => File.ReadAllText(file).Contains("password=", StringComparison.OrdinalIgnoreCase))
            .Select(Path.GetFileName)
            .ShouldBe(["postgres.example.env"]);
}
