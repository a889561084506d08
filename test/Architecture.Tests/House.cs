using System.Collections.Immutable;
using System.Reflection;
using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;
using Orchestrator.Delivery;
using Orchestrator.Hosting;
using Orchestrator.Sessions;

namespace Orchestrator;

/// <summary>The house as it stands: its source files and what was built from them.</summary>
internal static class House
{
    /// <summary>Namespaces begin with this.</summary>
    public const string Name = "Orchestrator";

    public static Assembly Abstractions { get; } = typeof(ISource).Assembly;

    public static Assembly Grains { get; } = typeof(SessionGrain).Assembly;

    public static Assembly Gateway { get; } = typeof(Relay).Assembly;

    public static Assembly Silo { get; } = typeof(OrchestratorHost).Assembly;

    /// <summary>All source files of a project, by their path in it.</summary>
    public static IEnumerable<(string Path, string Text)> Sources(string project)
    {
        var folder = Repository.Find($"src/{project}");
        return Directory.EnumerateFiles(folder, "*.cs", SearchOption.AllDirectories)
            .Select(file => (Path: Path.GetRelativePath(folder, file).Replace('\\', '/'), File: file))
            .Where(file => !file.Path.StartsWith("obj/", StringComparison.Ordinal) && !file.Path.StartsWith("bin/", StringComparison.Ordinal))
            .Select(file => (file.Path, File.ReadAllText(file.File)));
    }

    /// <summary>All source files of the tests, those of the JavaScript client too.</summary>
    public static IReadOnlyList<(string Path, string Text)> TestSources() =>
    [
        .. Directory.EnumerateFiles(Repository.Find("test"), "*.cs", SearchOption.AllDirectories)
            .Concat(Directory.EnumerateFiles(Repository.Find("clients/js/test"), "*.test.js"))
            .Where(file => !file.Contains($"{Path.DirectorySeparatorChar}obj{Path.DirectorySeparatorChar}", StringComparison.Ordinal))
            .Select(file => (file, File.ReadAllText(file))),
    ];

    /// <summary>The assemblies that an assembly refers to.</summary>
    public static ImmutableHashSet<string> References(Assembly assembly) =>
        [.. assembly.GetReferencedAssemblies().Select(reference => reference.Name!)];

    /// <summary>The types of another assembly that an assembly refers to, as its metadata names them.</summary>
    public static IReadOnlyList<string> TypesUsed(Assembly assembly, string of)
    {
        using var file = File.OpenRead(assembly.Location);
        using var portable = new PEReader(file);
        var metadata = portable.GetMetadataReader();
        return [.. metadata.TypeReferences
            .Select(metadata.GetTypeReference)
            .Where(type => AssemblyOf(metadata, type) == of)
            .Select(type => metadata.GetString(type.Name))
            .Distinct()
            .Order(StringComparer.Ordinal)];
    }

    private static string? AssemblyOf(MetadataReader metadata, TypeReference type) => type.ResolutionScope.Kind switch
    {
        HandleKind.AssemblyReference => metadata.GetString(metadata.GetAssemblyReference((AssemblyReferenceHandle)type.ResolutionScope).Name),
        HandleKind.TypeReference => AssemblyOf(metadata, metadata.GetTypeReference((TypeReferenceHandle)type.ResolutionScope)),
        _ => null,
    };
}
