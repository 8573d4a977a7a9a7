/** The real programs that tests and `wayleave up` run. */
export type ToolName = 'etcd' | 'kube-apiserver' | 'kube-controller-manager' | 'kubectl' | 'xray' | '3x-ui';

/** How to build a program from the Go module of the same folder in `tools/`. */
export interface ToolRecipe {
  /** Folder below `tools/`: programs that pin different versions of one dependency cannot share a module. */
  readonly module: 'kubernetes' | 'xray' | '3x-ui';
  readonly package: string;
  /** Needs a C compiler. */
  readonly cgo: boolean;
  /** Seconds on two idle cores with nothing cached, download included. */
  readonly seconds: number;
}

export const TOOL_RECIPES: Readonly<Record<ToolName, ToolRecipe>> = {
  etcd: { module: 'kubernetes', package: 'go.etcd.io/etcd/server/v3', cgo: false, seconds: 60 },
  'kube-apiserver': { module: 'kubernetes', package: 'k8s.io/kubernetes/cmd/kube-apiserver', cgo: false, seconds: 240 },
  'kube-controller-manager': {
    module: 'kubernetes',
    package: 'k8s.io/kubernetes/cmd/kube-controller-manager',
    cgo: false,
    seconds: 70,
  },
  kubectl: { module: 'kubernetes', package: 'k8s.io/kubernetes/cmd/kubectl', cgo: false, seconds: 30 },
  xray: { module: 'xray', package: 'github.com/xtls/xray-core/main', cgo: false, seconds: 65 },
  '3x-ui': { module: '3x-ui', package: 'github.com/mhsanaei/3x-ui/v2', cgo: true, seconds: 120 },
};

export const TOOL_NAMES = Object.keys(TOOL_RECIPES) as readonly ToolName[];

/** What each program needs to start a cluster: `startControlPlane` takes these. */
export const CONTROL_PLANE_TOOLS = ['etcd', 'kube-apiserver', 'kube-controller-manager'] as const;

/** Kubernetes reports v0.0.0 unless its version is linked in, and kubectl then warns of a skew. */
export function linkerFlags(recipe: ToolRecipe, goMod: string): string {
  if (recipe.module !== 'kubernetes') return '-s -w';
  const [, version = '', major = '', minor = ''] = /k8s\.io\/kubernetes (v(\d+)\.(\d+)\.\S+)/.exec(goMod) ?? [];
  const set = (name: string, value: string): string => `-X k8s.io/component-base/version.${name}=${value}`;
  return [
    '-s -w',
    set('gitVersion', version),
    set('gitMajor', major),
    set('gitMinor', minor),
    set('gitTreeState', 'clean'),
  ].join(' ');
}

/**
 * The build's environment: the machine's own, for its proxy and caches, except for what would change the program.
 */
export function buildEnvironment(recipe: ToolRecipe, machine: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const { GOOS: _os, GOARCH: _arch, GOEXPERIMENT: _experiment, ...kept } = machine;
  return {
    ...kept,
    CGO_ENABLED: recipe.cgo ? '1' : '0',
    GO111MODULE: 'on',
    GOFLAGS: '-buildvcs=false -mod=readonly -trimpath',
    GOTOOLCHAIN: 'local',
    GOWORK: 'off',
  };
}
