using Orchestrator.Devices;
using Orchestrator.Sessions;

namespace Orchestrator.Users;

/// <summary>A device has a connection.</summary>
[GenerateSerializer, Immutable, Alias("device-connected")]
public sealed record DeviceConnected([property: Id(0)] DeviceId Device, [property: Id(1)] ConnectionId Connection) : UserEvent;

/// <summary>A device has lost its connection.</summary>
[GenerateSerializer, Immutable, Alias("device-lost")]
public sealed record DeviceLost([property: Id(0)] DeviceId Device, [property: Id(1)] DateTimeOffset At) : UserEvent;

/// <summary>A device has logged out, or its grace period has passed.</summary>
[GenerateSerializer, Immutable, Alias("device-gone")]
public sealed record DeviceGone([property: Id(0)] DeviceId Device) : UserEvent;

/// <summary>The user administers one session more.</summary>
[GenerateSerializer, Immutable, Alias("administration-taken")]
public sealed record AdministrationTaken([property: Id(0)] SessionId Session) : UserEvent;

/// <summary>The user administers one session less.</summary>
[GenerateSerializer, Immutable, Alias("administration-given-up")]
public sealed record AdministrationGivenUp([property: Id(0)] SessionId Session) : UserEvent;
