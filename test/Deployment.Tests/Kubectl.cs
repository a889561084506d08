using System.Globalization;
using System.Text.Json.Nodes;

namespace Orchestrator.Deployment;

/// <summary>The program that renders; it needs no cluster for that.</summary>
internal static class Kubectl
{
    // Components came with it.
    private const int KustomizeMin = 4;

    private static readonly Lazy<Task<bool>> RendersHere = new(FindOut);

    /// <summary>Skips the test where nothing can be rendered.</summary>
    public static async Task Demand() => Assert.SkipUnless(await RendersHere.Value, "kubectl 1.24 or newer is missing.");

    /// <summary>What it writes.</summary>
    public static async Task<string> Run(params IEnumerable<string> arguments) => (await ProgramRun.Of("kubectl", arguments)).Ok().Output;

    private static async Task<bool> FindOut()
    {
        try
        {
            var kustomize = JsonNode.Parse(await Run("version", "--client", "-o", "json")).Text("kustomizeVersion");
            return kustomize is not null && int.Parse(kustomize.TrimStart('v').Split('.')[0], CultureInfo.InvariantCulture) >= KustomizeMin;
        }
        catch (Exception e) when (e is System.ComponentModel.Win32Exception or InvalidOperationException)
        {
            return false;
        }
    }
}
