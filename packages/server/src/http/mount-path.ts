/** The issuer's path is where the app is mounted: `https://host/auth` means `app.route('/auth', createApp(…))`. */
export function mountPathOf(issuer: string): string {
  const { pathname } = new URL(issuer);
  return pathname === '/' ? '' : pathname.replace(/\/$/, '');
}
