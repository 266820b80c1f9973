declare module '@alpinejs/csp' {
  const Alpine: { start(): void, data(name: string, make: () => object): void }
  export default Alpine
}
declare module 'htmx.org'
