using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.DependencyInjection;
using Yadokari.Rpc.State;

namespace Yadokari.Rpc.Server;

/// <summary>Registers what a server carries with it when it moves.</summary>
public static class CarriedRegistration
{
    /// <summary>Registers <typeparamref name="T"/> as a singleton whose state moves with the server.</summary>
    public static IServiceCollection AddCarried<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicConstructors)] T>(this IServiceCollection services)
        where T : class, ICarriedState
    {
        services.AddSingleton<T>();
        services.AddSingleton<ICarriedState>(provider => provider.GetRequiredService<T>());
        return services;
    }
}
