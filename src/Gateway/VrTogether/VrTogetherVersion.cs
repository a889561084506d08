using Microsoft.AspNetCore.Http;
using Orchestrator.EngineIo;

namespace Orchestrator.VrTogether;

/// <summary>
/// The two versions of the VRTogether API. They differ in the name of the event of a member that left, in the arguments of DataReceived, in what JoinSession means without canBeMaster, and
/// in what a session calls its scenario.
/// </summary>
public enum VrTogetherVersion
{
    /// <summary>2019 to 2023.</summary>
    One,

    /// <summary>From 2023 on.</summary>
    Two,
}

/// <summary>Which version a client speaks.</summary>
internal static class VrTogetherVersions
{
    /// <summary>The parameter of the address in which a client may say it.</summary>
    public const string Parameter = "dialect";

    /// <summary>What the address says; without a word, Engine.IO 3 goes with version 1. Null for a version that there is not.</summary>
    public static VrTogetherVersion? Of(HttpRequest handshake, EngineIoVersion version) => handshake.Query[Parameter].ToString() switch
    {
        "v1" => VrTogetherVersion.One,
        "v2" => VrTogetherVersion.Two,
        "" => version == EngineIoVersion.Three ? VrTogetherVersion.One : VrTogetherVersion.Two,
        _ => null,
    };
}
